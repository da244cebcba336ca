package org.dl4jtt.surgery;

import static org.dl4jtt.internal.Check.argument;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UTFDataFormatException;
import org.dl4jtt.internal.Shown;
import org.nd4j.linalg.dataset.api.preprocessor.DataNormalization;
import org.nd4j.linalg.dataset.api.preprocessor.Normalizer;
import org.nd4j.linalg.dataset.api.preprocessor.serializer.NormalizerSerializer;

/**
 * A zip's {@code normalizer.bin}: {@code UTF "NORMALIZER", int 1, UTF type}, then what the type
 * has. Types of a user's own would load a class by its name; they are refused.
 */
final class NormalizerEntry {
  private NormalizerEntry() {}

  static DataNormalization read(byte[] bytes, String where) throws IOException {
    try {
      check(new DataInputStream(new ByteArrayInputStream(bytes)), where);
    } catch (EOFException | UTFDataFormatException e) {
      throw new IOException(where + " was cut short or is damaged", e);
    }
    Normalizer<?> read;
    try {
      read = NormalizerSerializer.getDefault().restore(new ByteArrayInputStream(bytes));
    } catch (IOException e) {
      throw e;
    } catch (Exception e) { // so it is declared
      throw new IOException(where + " cannot be restored: " + e.getMessage(), e);
    }
    argument(
        read instanceof DataNormalization,
        "%s is a %s, for several inputs; there is no use for it here",
        where,
        read.getClass().getSimpleName());
    return (DataNormalization) read;
  }

  /** Walks over all headers of arrays, which {@code Nd4j.read} believes. */
  private static void check(DataInputStream in, String where) throws IOException {
    argument(in.readUTF().equals("NORMALIZER"), "%s is not one of DL4J's normalizers", where);
    in.readInt();
    String type = in.readUTF();
    switch (type) {
      case "STANDARDIZE" -> arrays(in, in.readBoolean(), where);
      case "MIN_MAX" -> {
        boolean labels = in.readBoolean();
        in.skipNBytes(2 * Double.BYTES);
        arrays(in, labels, where);
      }
      case "IMAGE_MIN_MAX", "IMAGE_VGG16" -> {} // a few numbers, or none
      default ->
          throw new IOException(
              where
                  + " is of type "
                  + Shown.of(type)
                  + "; of normalizers those of images, and standardising and scaling ones of one"
                  + " input are read");
    }
  }

  private static void arrays(DataInputStream in, boolean labels, String where) throws IOException {
    for (int i = 0; i < (labels ? 4 : 2); i++) {
      in.skipNBytes(ArrayHeader.read(in, where).bytes());
    }
  }
}
