package org.dl4jtt.tool;

import java.io.PrintWriter;
import java.util.function.Supplier;

/** Says how to go on if the process is stopped (Ctrl-C) before this is withdrawn. */
final class StopMessage {
  private final Thread hook;

  StopMessage(PrintWriter err, Supplier<String> message) {
    hook =
        new Thread(
            () -> {
              err.println();
              err.println(message.get());
              err.flush();
            });
    Runtime.getRuntime().addShutdownHook(hook);
  }

  void withdraw() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // the process is ending: it has been said
    }
  }
}
