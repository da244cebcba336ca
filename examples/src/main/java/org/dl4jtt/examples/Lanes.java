package org.dl4jtt.examples;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;

/**
 * Independent trainings, as many side by side as there are processors. Small networks train hardly
 * faster on two threads than on one, so two of them, with one thread each ({@code
 * OMP_NUM_THREADS=1}), take half the time. Each result is the same as if it had been alone.
 */
final class Lanes {
  private Lanes() {}

  /**
   * Runs all of the work.
   *
   * @return the results, in the order of the work
   * @throws RuntimeException or Error: the first failure in that order, as it was thrown; what has
   *     not begun by then is left undone
   */
  static <T> List<T> run(List<Supplier<T>> work) {
    int lanes = Math.min(work.size(), Runtime.getRuntime().availableProcessors());
    ExecutorService threads = Executors.newFixedThreadPool(lanes);
    try {
      List<Future<T>> running = new ArrayList<>();
      for (Supplier<T> each : work) {
        running.add(threads.submit(each::get));
      }
      List<T> results = new ArrayList<>();
      for (Future<T> each : running) {
        results.add(result(each));
      }
      return results;
    } finally {
      threads.shutdownNow();
    }
  }

  private static <T> T result(Future<T> future) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      if (e.getCause() instanceof Error failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
