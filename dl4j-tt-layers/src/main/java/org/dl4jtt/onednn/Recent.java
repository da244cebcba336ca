package org.dl4jtt.onednn;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/** What was made for the last few keys: to make a primitive takes milliseconds. */
public final class Recent<K, V> {
  /**
   * Shapes of one layer in use at a time: batches in training and in evaluation, and the last,
   * smaller one of each.
   */
  private static final int OF_A_LAYER = 4;

  private final Map<K, V> made;

  /** For one layer. */
  public Recent() {
    this(OF_A_LAYER);
  }

  /** For so many keys. */
  public Recent(int kept) {
    made =
        new LinkedHashMap<>(kept, 0.75f, true) {
          @Override
          protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
            return size() > kept;
          }
        };
  }

  /** What {@code make} made of the key, now or before. */
  public synchronized V get(K key, Function<K, V> make) {
    return made.computeIfAbsent(key, make);
  }
}
