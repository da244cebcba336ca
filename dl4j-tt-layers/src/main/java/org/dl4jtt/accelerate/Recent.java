package org.dl4jtt.accelerate;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/** What was made for the last few keys. */
final class Recent<K, V> {
  /**
   * Shapes of one layer in use at a time: batches in training and in evaluation, and the last,
   * smaller one of each.
   */
  private static final int OF_A_LAYER = 4;

  private final Map<K, V> made;

  Recent() {
    this(OF_A_LAYER);
  }

  Recent(int kept) {
    made =
        new LinkedHashMap<>(kept, 0.75f, true) {
          @Override
          protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
            return size() > kept;
          }
        };
  }

  synchronized V get(K key, Function<K, V> make) {
    return made.computeIfAbsent(key, make);
  }
}
