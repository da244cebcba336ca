package org.dl4jtt.tool.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Whatever a program throws is one line, with what the caller can do. */
class ErrorsTest {
  @Command(name = "program")
  private static final class Throwing implements Callable<Integer> {
    @Parameters private List<String> files = List.of();

    @Option(names = "--verbose")
    private boolean verbose;

    private final Throwable thrown;

    Throwing(Throwable thrown) {
      this.thrown = thrown;
    }

    @Override
    public Integer call() throws Exception {
      assertThat(files).isNotEmpty();
      if (thrown instanceof Error error) {
        throw error;
      }
      throw (Exception) thrown;
    }
  }

  private record Run(int status, String err) {}

  private static Run run(Throwable thrown, String... args) {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Throwing program = new Throwing(thrown);
    PrintStream stream = new PrintStream(err, true, StandardCharsets.UTF_8);
    int status = Programs.run(program, () -> program.verbose, stream, stream, args);
    return new Run(status, err.toString(StandardCharsets.UTF_8));
  }

  @Test
  void whatIsNotForeseen_isOneLine_withTheFile_andStatus3() {
    for (Throwable thrown :
        List.of(
            new NullPointerException(),
            new ArrayIndexOutOfBoundsException(7),
            new UnsupportedOperationException("no\nsuch thing"),
            new NumberFormatException("For input string: \"x\""),
            new IllegalStateException(), // says nothing
            new StackOverflowError(),
            new NoClassDefFoundError("org/apache/Gone"),
            new ExceptionInInitializerError())) {
      Run run = run(thrown, "model.zip");
      assertThat(run.err)
          .hasLineCount(1)
          .startsWith("error: model.zip: an error of this program, please report it")
          .contains("--verbose", thrown.getClass().getName());
      assertThat(run.status).isEqualTo(3);
    }
  }

  @Test
  void verbose_showsTheTrace() {
    Run run = run(new NullPointerException(), "model.zip", "--verbose");
    assertThat(run.err).contains("please report", "at org.dl4jtt.tool.cli.ErrorsTest");
    assertThat(run.status).isEqualTo(3);
  }

  @Test
  void whatTheUserCanMend_isOneLine_andStatus2() {
    Run run = run(new IllegalArgumentException("ranks [1, 2]\n are too few"), "model.zip");
    assertThat(run.err).isEqualTo("error: ranks [1, 2]; are too few" + System.lineSeparator());
    assertThat(run.status).isEqualTo(2);
    IOException denied = new AccessDeniedException("plan.json");
    run = run(new UncheckedIOException(denied), "model.zip");
    assertThat(run.err).startsWith("error: plan.json: AccessDenied");
    assertThat(run.status).isEqualTo(2);
    run = run(new OutOfMemoryError("Java heap space"), "model.zip");
    assertThat(run.err).hasLineCount(1).contains("more memory", "Java heap space", "-Xmx");
    assertThat(run.status).isEqualTo(2);
  }

  @Test
  void messagesOfFiles_reachNoTerminal_withControlsOrWithoutEnd() {
    Run run = run(new IOException("x\u001b[31m" + "y".repeat(5_000)), "model.zip");
    assertThat(run.err).hasLineCount(1).hasSizeLessThan(1_100).doesNotContain("\u001b");
  }
}
