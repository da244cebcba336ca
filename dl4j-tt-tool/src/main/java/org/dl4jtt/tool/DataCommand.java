package org.dl4jtt.tool;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The options of data, which are too many for the help of each command. */
@Command(
    name = "data",
    sortOptions = false,
    description = "Lists what --data can be, and the options that say how it is read.")
final class DataCommand implements Callable<Integer> {
  private static final String TEXT =
      """
      --data: DIR/CLASS/*.png, *.jpg, ...   images; DIR/*.png will do for predict
              FILE.csv, FILE.tsv            a line for each example, labels last
              DIR/CLASS/*.csv, DIR/*.csv    a sequence each, a line for each step
              NAME-images-idx3-ubyte[.gz]   and its labels, or the folder of both
              DIR/train, DIR/test           any of these, divided

      --label-column C     heading, or number from 0, or from the end (-1); several
                           by commas. Not given: as many of the last columns as the
                           model has outputs beside its inputs
      --skip-lines N       before the data; one line of headings needs none
      --delimiter C        a character, comma, semicolon, tab; not given: as found
      --decimal-comma      0,5 is a half
      --classes FILE       all classes in the order of the model's outputs: a name in
                           each line, or JSON (Keras' class_indices)
      --skip-unreadable S  share of the images that may be unreadable, as 1/100;
                           they are left out and listed
      --autoencoder        labels are the features: the model gives back what it gets
      --scale, --colours, --batch: see the help of the command
      """;

  @Mixin private final CommonOptions common = new CommonOptions();

  @Override
  public Integer call() {
    common.answer(TEXT.lines().toList(), () -> TEXT);
    return 0;
  }
}
