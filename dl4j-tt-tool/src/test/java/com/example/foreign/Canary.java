package com.example.foreign;

/** A class that no file may load: its initialiser says so. */
public final class Canary {
  /** Set when it is initialised. */
  public static final String PROPERTY = "dl4jtt.canary";

  static {
    System.setProperty(PROPERTY, "initialised");
  }

  private Canary() {}
}
