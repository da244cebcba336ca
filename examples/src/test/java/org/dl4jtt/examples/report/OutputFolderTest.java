package org.dl4jtt.examples.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputFolderTest {
  @TempDir private Path temp;

  @Test
  void published_filesAreThereAndNothingElse() throws IOException {
    Path folder = temp.resolve("a/b");
    try (OutputFolder output = OutputFolder.open(folder)) {
      Files.writeString(output.file("one"), "1");
      assertThat(folder.resolve("one")).doesNotExist();
      output.publish();
    }
    assertThat(folder).isDirectoryContaining("glob:**/one");
    assertThat(Files.list(folder)).hasSize(1);
  }

  @Test
  void notPublished_leavesNoTrace() throws IOException {
    try (OutputFolder output = OutputFolder.open(temp.resolve("a/b"))) {
      Files.writeString(output.file("one"), "1");
    }
    assertThat(temp).isEmptyDirectory();
  }

  @Test
  void earlierResults_stayUntilTheNewOnesAreComplete() throws IOException {
    Files.writeString(temp.resolve("one"), "old");
    Files.writeString(temp.resolve("other"), "someone else's");
    try (OutputFolder output = OutputFolder.open(temp)) {
      Files.writeString(output.file("one"), "new");
    }
    assertThat(temp.resolve("one")).hasContent("old");
    try (OutputFolder output = OutputFolder.open(temp)) {
      Files.writeString(output.file("one"), "new");
      output.publish();
    }
    assertThat(temp.resolve("one")).hasContent("new");
    assertThat(temp.resolve("other")).hasContent("someone else's");
    assertThat(Files.list(temp)).hasSize(2);
  }

  @Test
  void fileInPlaceOfTheFolder_isReported() throws IOException {
    Path file = Files.writeString(temp.resolve("file"), "");
    assertThatThrownBy(() -> OutputFolder.open(file.resolve("below")))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("cannot write to " + file.resolve("below"));
  }
}
