package org.dl4jtt.tool;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.function.Supplier;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** What every command understands, and how it answers. */
final class CommonOptions {
  @Option(names = "--json", description = "answer in JSON, for machines")
  private boolean json;

  /** {@link Tool} looks for it. */
  @Option(names = "--verbose", description = "warnings, and errors with their trace")
  @SuppressWarnings("UnusedVariable")
  private boolean verbose;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "this text")
  @SuppressWarnings("UnusedVariable") // picocli acts on it
  private boolean help;

  @Spec(Target.MIXEE)
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec command;

  boolean json() {
    return json;
  }

  /** Prints a record as JSON, or else a text. */
  void answer(Object result, Supplier<String> text) {
    say(json ? toJson(result) : text.get());
  }

  /** Prints a text as it is. */
  void say(String text) {
    command.commandLine().getOut().print(text.endsWith("\n") ? text : text + "\n");
    command.commandLine().getOut().flush();
  }

  /** All of the command line. */
  List<String> arguments() {
    return command.root().commandLine().getParseResult().originalArgs();
  }

  /** For messages that are no answers. */
  PrintWriter err() {
    return command.commandLine().getErr();
  }

  /** What a person wants to know and a machine does not: nothing with --json. */
  void note(String text) {
    if (!json && !text.isEmpty()) {
      say(text);
    }
  }

  private static String toJson(Object result) {
    try {
      return new ObjectMapper()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .writeValueAsString(result);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }
}
