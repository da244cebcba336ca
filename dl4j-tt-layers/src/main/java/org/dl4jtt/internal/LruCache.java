package org.dl4jtt.internal;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/** A small cache that drops the key used longest ago, for what is dear to make. Thread-safe. */
public final class LruCache<K, V> {
  /**
   * Shapes of one layer in use at a time: batches in training and in evaluation, and the last,
   * smaller one of each.
   */
  private static final int OF_A_LAYER = 4;

  private final Map<K, V> made;

  /** Creates a cache for the shapes of one layer. */
  public LruCache() {
    this(OF_A_LAYER);
  }

  /** Creates a cache of {@code kept} keys. */
  public LruCache(int kept) {
    made =
        new LinkedHashMap<>(kept, 0.75f, true) {
          @Override
          protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
            return size() > kept;
          }
        };
  }

  /** Returns the value of the key, made by {@code make} if it is not there. */
  public synchronized V get(K key, Function<K, V> make) {
    return made.computeIfAbsent(key, make);
  }
}
