package org.dl4jtt.tool.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

class ImageSetTest {
  private static final String IMAGES = "train-images-idx3-ubyte";
  private static final String LABELS = "train-labels-idx1-ubyte";

  @TempDir private Path folder;

  @BeforeEach
  void fourImagesOfTwoByThree() throws IOException {
    byte[] pixels = new byte[16 + 24];
    System.arraycopy(header(0x803, 4, 2, 3), 0, pixels, 0, 16);
    for (int i = 0; i < 24; i++) {
      pixels[16 + i] = (byte) (10 * i);
    }
    Files.write(folder.resolve(IMAGES), pixels);
    Files.write(folder.resolve(LABELS), concat(header(0x801, 4), new byte[] {3, 0, 9, 1}));
  }

  @Test
  void batch_holdsPixelsOver255AndOneHotLabels() throws IOException {
    ImageSet set = ImageSet.training(folder);
    DataSet batch = set.batches(3).next();
    assertThat(batch.getFeatures().shape()).containsExactly(3, 1, 2, 3);
    // image 2, row 1, column 2 is byte 17
    assertThat(batch.getFeatures().getFloat(2, 0, 1, 2)).isEqualTo(170 / 255f);
    assertThat(batch.getLabels().argMax(1).toIntVector()).containsExactly(3, 0, 9);
    assertThat(batch.getLabels().sumNumber().doubleValue()).isEqualTo(3);
    assertThat(set.images().shape()).containsExactly(4, 1, 2, 3);
  }

  @Test
  void gzippedFile_equalsThePlainOne() throws IOException {
    INDArray plain = ImageSet.training(folder).images();
    SmallData.write(folder.resolve(IMAGES + ".gz"), Files.readAllBytes(folder.resolve(IMAGES)));
    Files.delete(folder.resolve(IMAGES));
    assertThat(ImageSet.training(folder).images()).isEqualTo(plain);
  }

  @Test
  void shuffledOrder_dependsOnSeedAndEpochAlone() throws IOException {
    SmallData.write(folder.resolve("real"), 50, 10);
    ImageSet set = ImageSet.training(folder.resolve("real"));
    List<Integer> order = labels(set.shuffled(16, 7, 3));
    assertThat(labels(set.shuffled(16, 7, 3))).isEqualTo(order);
    assertThat(labels(set.shuffled(16, 7, 4))).isNotEqualTo(order);
    assertThat(labels(set.shuffled(16, 8, 3))).isNotEqualTo(order);
    assertThat(labels(set.shuffled(16, 8, 3)))
        .containsExactlyInAnyOrderElementsOf(labels(set.batches(16)));
  }

  @Test
  void iterator_startsAgainAfterReset() throws IOException {
    DataSetIterator batches = ImageSet.training(folder).batches(3);
    List<Integer> first = labels(batches);
    batches.reset();
    assertThat(labels(batches)).isEqualTo(first).containsExactly(3, 0, 9, 1);
  }

  @Test
  void shippedSubset_isWhole() throws IOException {
    ImageSet training = ImageSet.training(SmallData.shipped());
    ImageSet test = ImageSet.test(SmallData.shipped());
    assertThat(List.of(training.count(), training.height(), training.width()))
        .containsExactly(10_000, 28, 28);
    assertThat(test.count()).isEqualTo(10_000);
    // the first labels of both files, as published
    assertThat(labels(training.first(5).batches(5))).containsExactly(9, 0, 0, 3, 0);
    assertThat(labels(test.first(5).batches(5))).containsExactly(9, 2, 1, 1, 6);
  }

  @Test
  void missingFile_namesFileAndSource() {
    assertThatThrownBy(() -> ImageSet.test(folder))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContainingAll(
            folder.toString(), "t10k-images-idx3-ubyte", "dataset-fashion-mnist");
  }

  @Test
  void truncatedFile_namesBothSizes() throws IOException {
    truncate(IMAGES, 16 + 20);
    assertThatThrownBy(() -> ImageSet.training(folder))
        .isInstanceOf(IOException.class)
        .hasMessageEndingWith(IMAGES + " is truncated: 4 items of 6 need 24 bytes, it has 20");
  }

  @Test
  void truncatedHeader_isReported() throws IOException {
    truncate(LABELS, 6);
    assertThatThrownBy(() -> ImageSet.training(folder))
        .hasMessageEndingWith(LABELS + " is truncated: it ends before its last item");
  }

  @Test
  void truncatedGzip_isReported() throws IOException {
    Path gz = folder.resolve(IMAGES + ".gz");
    SmallData.write(gz, Files.readAllBytes(folder.resolve(IMAGES)));
    byte[] bytes = Files.readAllBytes(gz);
    Files.write(gz, Arrays.copyOf(bytes, bytes.length - 12));
    assertThatThrownBy(() -> ImageSet.training(folder)).hasMessageContaining(".gz is truncated");
  }

  @Test
  void plainFileCalledGz_isReported() throws IOException {
    Files.move(folder.resolve(IMAGES), folder.resolve(IMAGES + ".gz"));
    assertThatThrownBy(() -> ImageSet.training(folder))
        .hasMessageContaining(".gz is damaged: Not in GZIP format");
  }

  @Test
  void bytesAfterTheLastItem_areReported() throws IOException {
    Path file = folder.resolve(LABELS);
    Files.write(file, concat(Files.readAllBytes(file), new byte[] {1}));
    assertThatThrownBy(() -> ImageSet.training(folder))
        .hasMessageEndingWith("goes on after its 4 items; it is not the file expected");
  }

  @Test
  void wrongMagicNumber_showsBoth() throws IOException {
    Files.copy(folder.resolve(LABELS), folder.resolve("copy"));
    Files.write(folder.resolve(IMAGES), Files.readAllBytes(folder.resolve("copy")));
    assertThatThrownBy(() -> ImageSet.training(folder))
        .hasMessageContaining(
            "has magic number 0x00000801; an idx file of bytes with 3 dimension(s) has 0x00000803");
  }

  @Test
  void absurdSizes_areRefusedInBoundedMemory() throws IOException {
    Files.write(folder.resolve(IMAGES), header(0x803, Integer.MAX_VALUE - 8, 2, 3));
    assertThatThrownBy(() -> ImageSet.training(folder))
        .hasMessageContaining("claims a size of 2 for dimension 2 of 3");
    Files.write(folder.resolve(IMAGES), header(0x803, -4, 2, 3));
    assertThatThrownBy(() -> ImageSet.training(folder))
        .hasMessageContaining("claims a size of -4 for dimension 1 of 3");
  }

  @Test
  void countsThatDiffer_nameBothFiles() throws IOException {
    Files.write(folder.resolve(LABELS), concat(header(0x801, 3), new byte[] {3, 0, 9}));
    assertThatThrownBy(() -> ImageSet.training(folder))
        .hasMessageContainingAll("holds 4 images", "holds 3 labels", IMAGES, LABELS);
  }

  @Test
  void labelOutOfRange_isNamed() throws IOException {
    Files.write(folder.resolve(LABELS), concat(header(0x801, 4), new byte[] {3, 0, 10, 1}));
    assertThatThrownBy(() -> ImageSet.training(folder))
        .hasMessageEndingWith("label 10 of item 2; labels are 0 to 9");
  }

  private void truncate(String name, int length) throws IOException {
    Path file = folder.resolve(name);
    Files.write(file, Arrays.copyOf(Files.readAllBytes(file), length));
  }

  private static List<Integer> labels(DataSetIterator batches) {
    List<Integer> labels = new ArrayList<>();
    while (batches.hasNext()) {
      for (int label : batches.next().getLabels().argMax(1).toIntVector()) {
        labels.add(label);
      }
    }
    return labels;
  }

  private static byte[] header(int... values) {
    java.nio.ByteBuffer buffer = java.nio.ByteBuffer.allocate(4 * values.length);
    for (int value : values) {
      buffer.putInt(value);
    }
    return buffer.array();
  }

  private static byte[] concat(byte[] a, byte[] b) {
    byte[] both = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, both, a.length, b.length);
    return both;
  }
}
