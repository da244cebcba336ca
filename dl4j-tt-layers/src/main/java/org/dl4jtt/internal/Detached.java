package org.dl4jtt.internal;

import java.util.function.Supplier;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.factory.Nd4j;

/** Runs a computation outside the caller's workspaces, so that its arrays outlive them. */
public final class Detached {
  private Detached() {}

  /** Returns what the computation returns. */
  public static <T> T compute(Supplier<T> computation) {
    MemoryWorkspace outside = Nd4j.getMemoryManager().scopeOutOfWorkspaces();
    try {
      return computation.get();
    } finally {
      outside.close();
    }
  }
}
