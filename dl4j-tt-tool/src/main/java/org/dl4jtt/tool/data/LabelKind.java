package org.dl4jtt.tool.data;

/** What the labels of examples are. */
public enum LabelKind {
  /** Names or numbers of classes, one for each example or step. */
  NAMES,
  /** Numbers to be met, or a 0 or 1 for each of several labels. */
  NUMBERS,
  /** There are none. */
  NONE
}
