package org.dl4jtt.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.listeners.CheckpointListener;
import org.deeplearning4j.util.ModelSerializer;
import org.dl4jtt.layers.TTConv;
import org.dl4jtt.layers.TensorLayer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The walk-throughs from end to end, on few images. */
class WalksTest {
  @TempDir private Path temp;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int run(Function<PrintStream, Walk> walk, String... args) {
    PrintStream console = new PrintStream(out, true, StandardCharsets.UTF_8);
    return walk.apply(console)
        .run(
            console,
            new PrintStream(err, true, StandardCharsets.UTF_8),
            Stream.concat(Stream.of(args), Stream.of("--out", temp.toString()))
                .toArray(String[]::new));
  }

  @Test
  void declare_trainsRestoresAndTeachesAnotherTask() throws Exception {
    assertThat(run(WalkDeclare::new, "--images", "500")).as(err.toString()).isZero();
    assertThat(err.toString()).isEmpty();
    String text = out.toString();
    assertThat(text)
        .contains("1. Declare", "2. Train", "3. Evaluate", "4. Restore", "5. Teach it another task")
        .contains("the best was epoch")
        .contains("cores of the frozen layer unchanged");
    MultiLayerNetwork last = CheckpointListener.loadLastCheckpointMLN(temp.toFile());
    assertThat(last.getLayer("conv2").conf().getLayer()).isInstanceOf(TTConv.class);
  }

  @Test
  void compress_endsInTwoModelsOfOneFunction() throws Exception {
    assertThat(run(WalkCompress::new, "--images", "1000")).as(err.toString()).isZero();
    assertThat(err.toString()).isEmpty();
    String text = out.toString();
    assertThat(text).contains("1. An ordinary network", "6. Save, restore, go back");
    Matcher small = Pattern.compile("small.zip: .* bytes, accuracy (\\S+)").matcher(text);
    Matcher dense = Pattern.compile("dense.zip: .* bytes, accuracy (\\S+)").matcher(text);
    assertThat(small.find() && dense.find()).as(text).isTrue();
    // 500 test images: two of them may lie on a border
    assertThat(Math.abs(Double.parseDouble(small.group(1)) - Double.parseDouble(dense.group(1))))
        .isLessThanOrEqualTo(0.004);
    MultiLayerNetwork restored =
        ModelSerializer.restoreMultiLayerNetwork(temp.resolve("small.zip").toFile());
    assertThat(restored.getLayer("fc1").conf().getLayer()).isInstanceOf(TensorLayer.class);
    assertThat(restored.numParams()).isLessThan(269_322 / 16 + 1);
  }

  @Test
  void tooFewImages_areRefusedInOneLine() {
    assertThat(run(WalkDeclare::new, "--images", "20")).isEqualTo(2);
    assertThat(err.toString().strip())
        .isEqualTo("error: --images: 20 of them are too few; give 100 or more");
  }
}
