package org.dl4jtt.tool.data;

import java.util.Optional;
import org.nd4j.linalg.dataset.api.preprocessor.DataNormalization;
import org.nd4j.linalg.dataset.api.preprocessor.ImagePreProcessingScaler;

/** What is done to numbers from 0 to 255 where a model brings no normalizer along. */
public enum Scaling {
  /** Nothing. */
  NONE,
  /** To 0 … 1. */
  UNIT,
  /** To -1 … 1. */
  SYMMETRIC;

  Optional<DataNormalization> normalizer() {
    return switch (this) {
      case NONE -> Optional.empty();
      case UNIT -> Optional.of(new ImagePreProcessingScaler(0, 1));
      case SYMMETRIC -> Optional.of(new ImagePreProcessingScaler(-1, 1));
    };
  }
}
