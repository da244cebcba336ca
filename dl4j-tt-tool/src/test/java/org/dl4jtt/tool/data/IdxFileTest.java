package org.dl4jtt.tool.data;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdxFileTest {
  @TempDir Path folder;

  /** Zeros, which gzip packs to a thousandth. */
  private Path zeros(int images, int unpacked) throws IOException {
    Path file = folder.resolve("train-images-idx3-ubyte.gz");
    try (DataOutputStream out =
        new DataOutputStream(new GZIPOutputStream(Files.newOutputStream(file)))) {
      out.writeInt(0x803);
      out.writeInt(images);
      out.writeInt(1 << 10);
      out.writeInt(1 << 10);
      byte[] image = new byte[1 << 20];
      for (int i = 0; i < unpacked; i++) {
        out.write(image);
      }
    }
    return file;
  }

  @Test
  void bombs_areNotUnpacked() throws IOException {
    Path honest = zeros(100, 100);
    assertThatThrownBy(() -> IdxFile.read(honest, 3))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(honest + " has ")
        .hasMessageContaining("claims to unpack to 104,857,600");
    Path lying = zeros(2_047, 1);
    assertThatThrownBy(() -> IdxFile.read(lying, 3))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("claims to unpack to 2,146,435,072");
  }
}
