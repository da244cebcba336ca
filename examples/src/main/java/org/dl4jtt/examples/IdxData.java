package org.dl4jtt.examples;

import java.io.IOException;
import java.nio.file.Path;
import org.dl4jtt.tool.cli.Programs;
import org.dl4jtt.tool.data.ImageSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code --data}: the images that a program learns from. */
final class IdxData {
  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "folder with the four idx files of MNIST or alike, gzipped or not (default: the shipped"
              + " subset of Fashion-MNIST)")
  private @Nullable Path folder;

  /** The folder given, or the shipped part of Fashion-MNIST. */
  Path folder() {
    return folder != null ? folder : Programs.shipped("fashion-mnist");
  }

  ImageSet training() throws IOException {
    return ImageSet.training(folder());
  }

  ImageSet test() throws IOException {
    return ImageSet.test(folder());
  }
}
