package org.dl4jtt.tool.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/** Errors on the command line: one line and status 2 for what the user can mend. */
final class Errors {
  private static final int USER = 2;
  private static final int BUG = 1;

  private Errors() {}

  /** Wrong options. */
  static int onUsage(CommandLine.ParameterException e, String[] args) {
    CommandLine line = e.getCommandLine();
    line.getErr().println("error: " + e.getMessage() + "; --help lists the options");
    return USER;
  }

  /** Anything thrown by the program itself. */
  static int onExecution(Exception e, boolean verbose, PrintStream err) {
    String message = message(e);
    if (message == null || verbose) {
      e.printStackTrace(err);
    } else {
      err.println("error: " + message);
    }
    return message == null ? BUG : USER;
  }

  /** What the user can do something about, in one line; null for a bug. */
  private static @Nullable String message(Throwable thrown) {
    for (Throwable e = thrown; e != null; e = e.getCause()) {
      if (e instanceof FileSystemException file) {
        return oneLine(file.getFile() + ": " + reason(file));
      }
      if (e instanceof UncheckedIOException) {
        continue; // its cause says it
      }
      if (e instanceof IOException
          || e instanceof IllegalArgumentException
          || e instanceof IllegalStateException) {
        return oneLine(e.getMessage() == null ? e.toString() : e.getMessage());
      }
    }
    return null;
  }

  private static String reason(FileSystemException e) {
    if (e.getReason() != null) {
      return e.getReason();
    }
    if (e instanceof NoSuchFileException) {
      return "not there";
    }
    String type = e.getClass().getSimpleName(); // AccessDeniedException, ...
    return type.endsWith("Exception") ? type.substring(0, type.length() - 9) : type;
  }

  private static String oneLine(String message) {
    return message.strip().replaceAll("\\s*\\R\\s*", "; ");
  }
}
