package org.dl4jtt.tool.data;

import static org.dl4jtt.internal.Check.argument;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * The classes of a model, by the labels of some data: whole numbers from 0 (or from 1, if the
 * highest is the number of classes) stand for themselves, names are numbered in alphabetical order.
 */
public final class Classes {
  private final List<String> names;
  private final boolean numbered;
  private final int first;
  private final Map<String, Integer> indices = new HashMap<>();

  private Classes(List<String> names, boolean numbered, int first) {
    this.names = List.copyOf(names);
    this.numbered = numbered;
    this.first = first;
    for (int i = 0; i < names.size(); i++) {
      indices.put(names.get(i), i);
    }
  }

  /** 0, 1, …, highest. */
  static Classes numbered(int highest) {
    return new Classes(
        IntStream.rangeClosed(0, highest).mapToObj(String::valueOf).toList(), true, 0);
  }

  /** Names in a given order. */
  static Classes of(List<String> names) {
    return new Classes(names, false, 0);
  }

  /** The classes of data alone, whatever the model. */
  static Classes found(Collection<String> labels) {
    int highest = 0;
    for (String label : labels) {
      if (!isNumber(label)) {
        return of(List.copyOf(new TreeSet<>(labels)));
      }
      highest = Math.max(highest, number(label));
    }
    return numbered(highest);
  }

  /**
   * The classes of a model.
   *
   * @param model file, for messages
   * @param room how many classes the model tells apart
   * @param parts the labels of the data, part by part; numbered over the union
   * @throws IllegalArgumentException listing the labels of all parts, if there are too many, or if
   *     names are fewer, so that nothing tells which are missing
   */
  static Classes of(String model, int room, List<Part> parts) {
    Set<String> union = new LinkedHashSet<>();
    parts.forEach(part -> union.addAll(part.labels));
    Classes all = found(union);
    int highest = all.names.size();
    boolean fromOne =
        all.numbered && highest == room + 1 && union.stream().noneMatch(l -> number(l) == 0);
    if (fromOne) {
      return new Classes(
          IntStream.rangeClosed(1, room).mapToObj(String::valueOf).toList(), true, 1);
    }
    boolean fits = all.numbered ? highest <= room : highest == room;
    argument(
        fits,
        "%s tells %d classes apart, %s%s",
        model,
        room,
        described(parts),
        !all.numbered && highest < room
            ? "; --classes FILE names all of them in their order"
            : parts.size() > 1 && highest > room ? ": " + highest + " classes in all" : "");
    return all.numbered ? numbered(room - 1) : all;
  }

  private static String described(List<Part> parts) {
    if (parts.size() == 1) {
      return "the data has " + found(parts.get(0).labels);
    }
    List<String> lists = new ArrayList<>();
    parts.forEach(part -> lists.add("the " + part.name + " data has " + found(part.labels)));
    return String.join(", ", lists);
  }

  /** The labels of a part of the data: training, test. */
  record Part(String name, List<String> labels) {}

  private static boolean isNumber(String label) {
    return label.matches("\\d{1,6}(\\.0+)?");
  }

  private static int number(String label) {
    int point = label.indexOf('.');
    return Integer.parseInt(point < 0 ? label : label.substring(0, point));
  }

  /** Names in the order of the model's outputs. */
  public List<String> names() {
    return names;
  }

  /** Whether the data has numbers, which stand for themselves. */
  public boolean areNumbers() {
    return numbered && first == 0;
  }

  /**
   * The output that stands for a label.
   *
   * @throws IllegalArgumentException if there is none
   */
  int indexOf(String label) {
    if (numbered && isNumber(label)) {
      return number(label) - first;
    }
    Integer index = indices.get(label);
    if (index == null) {
      throw new IllegalArgumentException(
          "label '" + label + "' is none of the " + this + "; --classes FILE names all of them");
    }
    return index;
  }

  /** {@code 0 cat, 1 dog, 2 newt}: which output is which. */
  public String mapping() {
    List<String> pairs = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      pairs.add(i + " " + names.get(i));
    }
    return String.join(", ", pairs);
  }

  /** {@code 10 classes (0 to 9)}, {@code 3 classes (cat, dog, newt)}. */
  @Override
  public String toString() {
    String which =
        numbered
            ? names.get(0) + " to " + names.get(names.size() - 1)
            : String.join(", ", names.subList(0, Math.min(8, names.size())))
                + (names.size() > 8 ? ", ..." : "");
    return names.size() + (names.size() == 1 ? " class (" : " classes (") + which + ")";
  }
}
