package org.dl4jtt.tool.data;

import org.deeplearning4j.nn.conf.inputs.InputType;
import org.dl4jtt.tool.model.ModelInput;
import org.dl4jtt.tool.model.ModelInput.Kind;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Whether examples fit a model, and how they are arranged for it. */
final class ShapeMatch {
  private ShapeMatch() {}

  static boolean fits(ModelInput input, InputType data) {
    if (data instanceof InputType.InputTypeConvolutional image) {
      boolean sameSize =
          input.height() == 0
              || (input.height() == image.getHeight() && input.width() == image.getWidth());
      return switch (input.kind()) {
        case IMAGE -> input.size() == image.getChannels() && sameSize;
        case VECTOR -> input.size() == image.arrayElementsPerExample() && sameSize;
        case OTHER -> true;
        case SEQUENCE -> false;
      };
    }
    if (data instanceof InputType.InputTypeRecurrent sequence) {
      return input.kind() == Kind.OTHER
          || (input.kind() == Kind.SEQUENCE && input.size() == sequence.getSize());
    }
    long numbers = data.arrayElementsPerExample();
    return switch (input.kind()) {
      case VECTOR -> input.size() == numbers;
      case IMAGE -> input.size() * input.height() * input.width() == numbers;
      case OTHER -> true;
      case SEQUENCE -> false;
    };
  }

  /** Features of examples that fit, as the model wants them. */
  static INDArray arrange(ModelInput input, INDArray features) {
    long n = features.size(0);
    if (input.kind() == Kind.VECTOR && features.rank() == 4) {
      return features.reshape('c', new long[] {n, input.size()});
    }
    INDArray x = features;
    if (input.kind() == Kind.IMAGE && features.rank() == 2) {
      x = features.reshape('c', new long[] {n, input.size(), input.height(), input.width()});
    }
    if (!input.channelsLast()) {
      return x;
    }
    return x.rank() == 4 ? x.permute(0, 2, 3, 1).dup('c') : x.permute(0, 2, 1).dup('c');
  }

  static String describe(InputType type) {
    if (type instanceof InputType.InputTypeConvolutional image) {
      return new ModelInput(
              Kind.IMAGE, image.getChannels(), image.getHeight(), image.getWidth(), false)
          .toString();
    }
    return type instanceof InputType.InputTypeRecurrent sequence
        ? new ModelInput(Kind.SEQUENCE, sequence.getSize(), 0, 0, false).toString()
        : new ModelInput(Kind.VECTOR, type.arrayElementsPerExample(), 0, 0, false).toString();
  }
}
