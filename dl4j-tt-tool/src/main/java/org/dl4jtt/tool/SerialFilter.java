package org.dl4jtt.tool;

import java.io.ObjectInputFilter;

/**
 * What Java serialisation may make in this process: numbers, texts, collections, and what is
 * DL4J's, ND4J's or ours. Nothing that the tool does needs more, and files of strangers get no
 * further.
 */
final class SerialFilter {
  private static final String PATTERN =
      "maxdepth=50;maxrefs=1000000;maxarray=100000000;"
          + "org.deeplearning4j.**;org.nd4j.**;org.dl4jtt.**;java.lang.*;java.util.*;!*";

  private SerialFilter() {}

  /** Sets it, unless the JVM was started with another. */
  static synchronized void set() {
    if (ObjectInputFilter.Config.getSerialFilter() == null) {
      ObjectInputFilter.Config.setSerialFilter(ObjectInputFilter.Config.createFilter(PATTERN));
    }
  }
}
