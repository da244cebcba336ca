package org.dl4jtt.calibrate;

/** Is told how far a calibration, or a conversion by one, has come. */
@FunctionalInterface
public interface CalibrationListener {

  /**
   * Called after each part, by the calling thread.
   *
   * @param what is going on, such as "moments"
   * @param done parts that are done
   * @param of all parts
   */
  void progress(String what, int done, int of);
}
