package org.dl4jtt.tool;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Changes bytes by chance: bits, numbers at the edges, pieces cut, doubled or filled, words put in.
 */
final class Mutation {
  private static final long[] EDGES = {
    0,
    1,
    -1,
    127,
    128,
    255,
    32767,
    65536,
    Integer.MAX_VALUE,
    Integer.MIN_VALUE,
    1L << 32,
    1L << 40,
    Long.MAX_VALUE,
    Long.MIN_VALUE
  };

  private static final List<String> WORDS =
      List.of(
          "null",
          "NaN",
          "1e400",
          "-1",
          "0",
          "2147483648",
          "9".repeat(500),
          "[",
          "]",
          "{",
          "}",
          "[".repeat(3_000),
          "\"",
          ",",
          ":",
          "\n",
          "\\u0000",
          "\u00e4",
          ";",
          "\t",
          "true",
          "\uFEFF",
          "com.example.foreign.Canary",
          "{\"@class\": \"com.example.foreign.Canary\"}",
          "org.deeplearning4j.nn.conf.layers.DropoutLayer",
          "1e-320",
          "0.5f",
          "١٢");

  private final SplittableRandom random;

  Mutation(SplittableRandom random) {
    this.random = random;
  }

  /** One to eight changes. */
  byte[] of(byte[] bytes, boolean text) {
    byte[] changed = bytes;
    for (int n = 1 + random.nextInt(random.nextInt(4) == 0 ? 8 : 2); n > 0; n--) {
      changed = once(changed, text);
    }
    return changed;
  }

  private byte[] once(byte[] bytes, boolean text) {
    if (bytes.length == 0) {
      return new byte[] {(byte) random.nextInt(256)};
    }
    int at = random.nextInt(Math.min(bytes.length, random.nextBoolean() ? 256 : bytes.length));
    int length = Math.min(bytes.length - at, 1 + random.nextInt(1 << random.nextInt(10)));
    byte[] copy = bytes.clone();
    return switch (text && random.nextBoolean() ? 6 : random.nextInt(7)) {
      case 0 -> {
        copy[at] ^= (byte) (1 << random.nextInt(8));
        yield copy;
      }
      case 1 -> {
        copy[at] = (byte) random.nextInt(256);
        yield copy;
      }
      case 2 -> {
        long edge = EDGES[random.nextInt(EDGES.length)];
        int width = 1 << random.nextInt(4);
        for (int i = 0; i < width && at + i < copy.length; i++) {
          copy[at + i] = (byte) (edge >> 8 * (width - 1 - i));
        }
        yield copy;
      }
      case 3 -> Arrays.copyOf(bytes, at);
      case 4 -> spliced(bytes, at, at + length, new byte[0]);
      case 5 -> spliced(bytes, at, at, Arrays.copyOfRange(bytes, at, at + length));
      default -> {
        String word = WORDS.get(random.nextInt(WORDS.size()));
        int end = random.nextBoolean() ? at : at + length;
        yield spliced(bytes, at, end, word.getBytes(StandardCharsets.UTF_8));
      }
    };
  }

  private static byte[] spliced(byte[] bytes, int from, int to, byte[] between) {
    byte[] result = Arrays.copyOf(bytes, from + between.length + bytes.length - to);
    System.arraycopy(between, 0, result, from, between.length);
    System.arraycopy(bytes, to, result, from + between.length, bytes.length - to);
    return result;
  }
}
