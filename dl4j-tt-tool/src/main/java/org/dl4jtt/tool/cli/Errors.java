package org.dl4jtt.tool.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import java.util.IllegalFormatException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/**
 * Errors on the command line, in one line each: status 2 for what the user can mend, 3 for what is
 * to be reported.
 */
final class Errors {
  private static final int USER = 2;
  private static final int BUG = 3;

  /** The most characters of a line; files may have put anything into a message. */
  private static final int MOST = 1000;

  private Errors() {}

  /** Wrong options. */
  static int onUsage(CommandLine.ParameterException e, String[] args) {
    CommandLine line = e.getCommandLine();
    line.getErr().println("error: " + oneLine(e.getMessage() + "; --help lists the options"));
    return USER;
  }

  /** Anything thrown by the program itself, which was called with these arguments. */
  static int onExecution(Throwable e, boolean verbose, PrintStream err, String[] args) {
    String message = message(e);
    if (verbose) {
      e.printStackTrace(err);
    }
    if (message != null) {
      if (!verbose) {
        err.println("error: " + message);
      }
      return USER;
    }
    err.println(
        "error: "
            + oneLine(
                String.join(" ", args)
                    + ": an error of this program, please report it with the trace that --verbose"
                    + " shows: "
                    + e
                    + place(e)));
    return BUG;
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
      if (e instanceof OutOfMemoryError) {
        return oneLine(
            "this needs more memory than the JVM has ("
                + e.getMessage()
                + "); give more by java -Xmx8g and -Dorg.bytedeco.javacpp.maxbytes=16G");
      }
      if (e.getMessage() != null && isMeant(e)) {
        return oneLine(e.getMessage());
      }
    }
    return null;
  }

  /** Whether an exception's message was written for the user. */
  private static boolean isMeant(Throwable e) {
    boolean accident = e instanceof NumberFormatException || e instanceof IllegalFormatException;
    return e instanceof IOException
        || e instanceof IllegalStateException
        || (e instanceof IllegalArgumentException && !accident);
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

  /** Where in our code it was. */
  private static String place(Throwable e) {
    return Arrays.stream(e.getStackTrace())
        .filter(frame -> frame.getClassName().startsWith("org.dl4jtt."))
        .findFirst()
        .map(frame -> " at " + frame)
        .orElse("");
  }

  private static String oneLine(String message) {
    String line = message.strip().replaceAll("\\s*\\R\\s*", "; ").replaceAll("\\p{Cntrl}", "?");
    return line.length() <= MOST ? line : line.substring(0, MOST) + "… (--verbose shows all)";
  }
}
