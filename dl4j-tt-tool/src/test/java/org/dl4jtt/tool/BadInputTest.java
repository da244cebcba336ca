package org.dl4jtt.tool;

import static org.assertj.core.api.Assertions.assertThat;

import com.example.foreign.Canary;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.deeplearning4j.util.ModelSerializer;
import org.dl4jtt.surgery.ModelFiles;
import org.dl4jtt.tool.data.ImageSet;
import org.dl4jtt.tool.data.SmallData;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One line that names the culprit, and status 2. */
class BadInputTest {
  private static final Path KERAS =
      Path.of(System.getProperty("dl4jtt.testdata", "testdata"), "keras", "cnn.h5");

  @TempDir private static Path temp;
  private static Path cnn;
  private static Path lstm;
  private static ImageSet images;

  @BeforeAll
  static void write() throws IOException {
    cnn = temp.resolve("cnn.zip");
    lstm = temp.resolve("lstm.zip");
    ModelFiles.write(Samples.cnn(), cnn);
    ModelFiles.write(Samples.lstm(), lstm);
    images = ImageSet.test(SmallData.write(temp.resolve("idx"), 10, 30));
  }

  private static void refused(ToolRun run, String... parts) {
    assertThat(run.err()).startsWith("error: ").hasLineCount(1).contains(parts);
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
  }

  @Test
  void noFile() {
    refused(ToolRun.of("inspect", temp.resolve("gone.zip")), "gone.zip", "no such model file");
    refused(ToolRun.of("inspect", temp), "no such model file");
  }

  @Test
  void noModel() throws IOException {
    Path text = Files.writeString(temp.resolve("notes.txt"), "no model");
    refused(ToolRun.of("inspect", text), "notes.txt is no model of DL4J", "not a zip");
    Path zip = temp.resolve("other.zip");
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
      out.putNextEntry(new ZipEntry("readme"));
    }
    refused(ToolRun.of("inspect", zip), "other.zip is a zip, but no model of DL4J");
  }

  @Test
  void unknownClass() throws IOException {
    Path zip = Files.copy(cnn, temp.resolve("foreign.zip"));
    try (FileSystem in = FileSystems.newFileSystem(URI.create("jar:" + zip.toUri()), Map.of())) {
      Path json = in.getPath("/" + ModelSerializer.CONFIGURATION_JSON);
      Files.writeString(
          json,
          Files.readString(json)
              .replace("org.deeplearning4j.nn.conf.layers.DenseLayer", "com.acme.FancyLayer"));
    }
    refused(
        ToolRun.of("inspect", zip), "foreign.zip needs classes", "com.acme.FancyLayer", "java -cp");
  }

  @Test
  void foreignClass_isNotInitialised_unlessItsPackageIsTrusted() throws IOException {
    Path zip = Files.copy(cnn, temp.resolve("hostile.zip"));
    try (FileSystem in = FileSystems.newFileSystem(URI.create("jar:" + zip.toUri()), Map.of())) {
      Path json = in.getPath("/" + ModelSerializer.CONFIGURATION_JSON);
      Files.writeString(
          json,
          Files.readString(json)
              .replace(
                  "org.deeplearning4j.nn.conf.layers.DenseLayer", "com.example.foreign.Canary"));
    }
    refused(
        ToolRun.of("inspect", zip),
        "hostile.zip names classes that are neither DL4J's nor ours: com.example.foreign.Canary",
        "--trust");
    assertThat(System.getProperty(Canary.PROPERTY)).isNull();
    refused(
        ToolRun.of("inspect", zip, "--trust", "com.example"), "hostile.zip", "cannot be restored");
  }

  @Test
  void truncatedDownload() {
    for (double share : new double[] {0.1, 0.5, 0.99}) {
      Path zip = Samples.cut(cnn, temp.resolve("cut.zip"), share);
      refused(ToolRun.of("inspect", zip), "cut.zip", "cut short");
      Path h5 = Samples.cut(KERAS, temp.resolve("cut.h5"), share);
      refused(ToolRun.of("inspect", h5), "cut.h5", "Keras");
    }
  }

  @Test
  void unreadableImage() throws IOException {
    Path folder = Samples.images(images, temp.resolve("images"));
    Files.writeString(folder.resolve("class3/broken.png"), "no image");
    refused(ToolRun.of("evaluate", cnn, "--data", folder), "broken.png is no image");
    Files.write(folder.resolve("class3/broken.png"), new byte[0]);
    refused(ToolRun.of("evaluate", cnn, "--data", folder), "broken.png is no image");
  }

  @Test
  void otherNumberOfClasses() throws IOException {
    Path folder = Samples.images(images.first(4), temp.resolve("few"));
    refused(ToolRun.of("evaluate", cnn, "--data", folder), "10 classes apart", "class");
    Path csv = Samples.csv(images, temp.resolve("eleven.csv"));
    List<String> lines = Files.readAllLines(csv);
    lines.set(0, lines.get(0).replaceAll(",\\d+$", ",10"));
    Files.write(csv, lines);
    Object[] args = {"evaluate", cnn, "--data", csv, "--size", "28x28"};
    refused(ToolRun.of(args), "10 classes apart", "the data has 11 classes");
  }

  @Test
  void dataOfAnotherShape() throws IOException {
    Path csv = Samples.csv(images, temp.resolve("pixels.csv"));
    refused(
        ToolRun.of("evaluate", lstm, "--data", csv),
        "lstm.zip wants sequences of 28 features, the data gives vectors of 784");
    refused(
        ToolRun.of("evaluate", KERAS, "--data", temp.resolve("idx")),
        "cnn.h5 wants images 12x12 of 1 channel, the data gives images 28x28 of 1 channel");
    Path sequences = Samples.sequences(images, temp.resolve("sequences"));
    refused(
        ToolRun.of("evaluate", cnn, "--data", sequences),
        "cnn.zip wants images of 1 channel, the data gives sequences of 28 features");
    Path folder = Samples.images(images, temp.resolve("whole"));
    refused(
        ToolRun.of("evaluate", cnn, "--data", folder, "--size", "20x20"),
        "cannot be run on the data's images 20x20");
  }

  @Test
  void csvThatIsNoTable() throws IOException {
    Path csv = Files.writeString(temp.resolve("a.csv"), "1,2,x,0\n");
    refused(
        ToolRun.of("evaluate", cnn, "--data", csv), "a.csv, line 1, column 2: 'x' is no number");
    Files.writeString(csv, "1,2,0\n1,2,3,0\n");
    refused(ToolRun.of("evaluate", cnn, "--data", csv), "a.csv, line 2: 4 columns");
    Files.writeString(csv, "");
    refused(ToolRun.of("evaluate", cnn, "--data", csv), "a.csv has no lines");
  }

  @Test
  void noData() throws IOException {
    refused(ToolRun.of("evaluate", cnn, "--data", temp.resolve("gone")), "gone: no such data");
    Path empty = Files.createDirectories(temp.resolve("empty"));
    refused(ToolRun.of("evaluate", cnn, "--data", empty), "empty holds no data that is known");
  }

  @Test
  void folderOfTheResult_isNotThere() {
    Path out = temp.resolve("none/plan.json");
    refused(ToolRun.of("plan", cnn, "--target", "weights=1/4", "-o", out), "none", "not there");
    refused(ToolRun.of("decompress", cnn, "-o", temp.resolve("none/d.zip")), "none");
  }
}
