package org.dl4jtt.admm;

import java.util.function.Supplier;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.factory.Nd4j;

/** Arrays that outlive the workspace that happens to be open. */
final class Detached {
  private Detached() {}

  @SuppressWarnings("try") // the scope is open for its effect; nothing is called on it
  static <T> T in(Supplier<T> action) {
    try (MemoryWorkspace outside = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      return action.get();
    }
  }
}
