package org.dl4jtt.internal.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WholeFileTest {
  @TempDir Path folder;

  private final RecordedFiles files = new RecordedFiles();

  private List<String> names() throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  /** What happened, with the name of the part replaced. */
  private List<String> record() {
    return files.record.stream()
        .map(line -> line.replaceAll("\\.[0-9a-f-]{36}\\.part", "PART"))
        .toList();
  }

  @Test
  void write_forcesTheBytes_thenRenames_thenForcesTheFolder() throws IOException {
    WholeFile.write(files.path(folder.resolve("a.txt")), "text");
    assertThat(record())
        .containsExactly(
            "open [CREATE_NEW, WRITE] PART",
            "write PART",
            "force PART",
            "rename PART a.txt",
            "open [READ] " + folder.getFileName(),
            "force " + folder.getFileName());
    assertThat(folder.resolve("a.txt")).hasContent("text");
  }

  @Test
  void writeFolder_forcesItsFilesAndItself_thenRenames_thenForcesTheFolderAround()
      throws IOException {
    Path target = files.path(folder.resolve("new").resolve("000001"));
    WholeFolder.write(target, part -> WholeFile.write(part.resolve("a.txt"), "text"));
    String around = folder.getFileName().toString();
    assertThat(record())
        .containsExactly(
            "mkdir new",
            "open [READ] " + around,
            "force " + around,
            "mkdir PART",
            "open [CREATE_NEW, WRITE] PART",
            "write PART",
            "force PART",
            "rename PART a.txt",
            "open [READ] PART",
            "force PART",
            "open [READ] PART",
            "force PART",
            "rename PART 000001",
            "open [READ] new",
            "force new");
    assertThat(folder.resolve("new/000001/a.txt")).hasContent("text");
  }

  @Test
  void publish_forcesWhatOthersWrote_beforeItIsRenamed() throws IOException {
    Files.writeString(folder.resolve("chart.tmp"), "pixels");
    WholeFile.publish(
        files.path(folder.resolve("chart.tmp")), files.path(folder.resolve("chart.png")));
    assertThat(record())
        .containsExactly(
            "open [WRITE] chart.tmp",
            "force chart.tmp",
            "rename chart.tmp chart.png",
            "open [READ] " + folder.getFileName(),
            "force " + folder.getFileName());
  }

  @Test
  void fullDisk_namesTheFile_andLeavesWhatWasThere() throws IOException {
    Path file = Files.writeString(folder.resolve("a.txt"), "old");
    files.space = 10_000;
    assertThatThrownBy(() -> WholeFile.write(files.path(file), out -> out.write(new byte[20_000])))
        .isInstanceOf(IOException.class)
        .hasMessage(file + " cannot be written: No space left on device");
    assertThat(file).hasContent("old");
    assertThat(names()).containsExactly("a.txt");
  }

  @Test
  void forceThatFails_isNoSuccess() throws IOException {
    Path file = Files.writeString(folder.resolve("a.txt"), "old");
    files.unforced = folder;
    assertThatThrownBy(() -> WholeFile.write(files.path(file), "new"))
        .hasMessage(file + " cannot be written: Input/output error");
  }

  @Test
  void contentThatFails_leavesNoPart() throws IOException {
    Path file = Files.writeString(folder.resolve("a.txt"), "old");
    assertThatThrownBy(
            () ->
                WholeFile.write(
                    file,
                    out -> {
                      out.write(1);
                      throw new IllegalStateException("the network is gone");
                    }))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the network is gone");
    assertThatThrownBy(
            () ->
                WholeFolder.write(
                    folder.resolve("1"),
                    part -> {
                      WholeFile.write(part.resolve("a"), "a");
                      throw new IOException("the source is gone");
                    }))
        .hasMessage(folder.resolve("1") + " cannot be written: the source is gone");
    assertThat(file).hasContent("old");
    assertThat(names()).containsExactly("a.txt");
  }

  @Test
  void contentThatClosesItsStream_isWrittenAllTheSame() throws IOException {
    WholeFile.write(
        folder.resolve("a.txt"),
        out -> {
          out.write('a');
          out.close();
        });
    assertThat(folder.resolve("a.txt")).hasContent("a");
  }

  @Test
  void plantedLinks_areNotFollowed() throws IOException {
    Path secret = Files.writeString(folder.resolve("secret"), "keep");
    for (String name : List.of("plan.json.part", ".plan.json.part", "plan.json.tmp", "plan.json")) {
      Files.createSymbolicLink(folder.resolve(name), secret);
    }
    WholeFile.write(folder.resolve("plan.json"), "{}");
    assertThat(secret).hasContent("keep");
    assertThat(folder.resolve("plan.json")).isRegularFile().hasContent("{}");
    assertThat(Files.isSymbolicLink(folder.resolve("plan.json"))).isFalse();
  }

  @Test
  void permissions_areThoseOfAnyNewFile() throws IOException {
    Path ordinary = Files.writeString(folder.resolve("ordinary"), ""); // 0666 less the umask
    WholeFile.write(folder.resolve("a.txt"), "text");
    assertThat(
            PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("a.txt"))))
        .isEqualTo(PosixFilePermissions.toString(Files.getPosixFilePermissions(ordinary)));
  }

  @Test
  void longestName_isWritten() throws IOException {
    String name = "n".repeat(255); // what Linux allows
    WholeFile.write(folder.resolve(name), "text");
    assertThat(folder.resolve(name)).hasContent("text");
  }

  @Test
  void targetsThatCannotBe_areNamed_withTheReason() throws IOException {
    Path missing = folder.resolve("no").resolve("a.txt");
    assertThatThrownBy(() -> WholeFile.write(missing, ""))
        .hasMessage(
            missing + " cannot be written: the folder " + folder.resolve("no") + " is not there");
    Path file = Files.writeString(folder.resolve("file"), "");
    assertThatThrownBy(() -> WholeFile.write(file.resolve("a.txt"), ""))
        .hasMessage(file.resolve("a.txt") + " cannot be written: " + file + " is no folder");
    Path full = Files.createDirectories(folder.resolve("full").resolve("below")).getParent();
    assertThatThrownBy(() -> WholeFile.write(full, ""))
        .hasMessage(full + " cannot be written: a folder of that name is there");
    assertThat(names()).containsExactly("file", "full");
  }

  @Test
  void partsOfKilledProcesses_areRemoved_linksNotFollowed() throws IOException {
    Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
    Files.writeString(elsewhere.resolve("keep"), "");
    Path run = Files.createDirectory(folder.resolve("run"));
    Files.writeString(run.resolve("plan.json.part"), "");
    Files.createDirectories(run.resolve("000001.part")).resolve("a");
    Files.writeString(run.resolve("000001.part/a"), "");
    Files.createSymbolicLink(run.resolve("link.part"), elsewhere);
    Files.writeString(run.resolve("plan.json"), "");
    Parts.removeFrom(run);
    try (Stream<Path> all = Files.list(run)) {
      assertThat(all.toList()).containsExactly(run.resolve("plan.json"));
    }
    assertThat(elsewhere.resolve("keep")).exists();
  }
}
