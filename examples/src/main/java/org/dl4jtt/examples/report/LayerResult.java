package org.dl4jtt.examples.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One weight before and after.
 *
 * @param shape of the DL4J parameter
 * @param scheme null if the weight was left as it was
 * @param modes of the tensor; null if left
 * @param ranks r₀ … r_d; null if left
 * @param leftBecause why it was left as it was; null if compressed
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record LayerResult(
    String layer,
    @Nullable String parameter,
    @Nullable List<Long> shape,
    @Nullable String scheme,
    @Nullable List<Integer> modes,
    @Nullable List<Integer> ranks,
    long weightsBefore,
    long weightsAfter,
    @Nullable String leftBecause) {}
