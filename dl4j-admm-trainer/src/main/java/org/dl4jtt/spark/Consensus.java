package org.dl4jtt.spark;

import java.io.Serializable;
import java.util.Arrays;

/** What the driver tells every worker before an epoch. */
final class Consensus implements Serializable {
  private static final long serialVersionUID = 1;

  /** Number of the epoch, from 0. */
  final int epoch;

  /** The network's count of epochs. */
  final int networkEpoch;

  /** How often Z has been updated. */
  final int update;

  final Target[] targets;

  /** The workers' mean of all that is not constrained. */
  final Numbers rest;

  Consensus(int epoch, int networkEpoch, int update, Target[] targets, Numbers rest) {
    this.epoch = epoch;
    this.networkEpoch = networkEpoch;
    this.update = update;
    this.targets = targets;
    this.rest = rest;
  }

  String[] keys() {
    return Arrays.stream(targets).map(Target::key).toArray(String[]::new);
  }

  /** Numbers to be sent, in bytes. */
  long bytes() {
    return rest.bytes() + Arrays.stream(targets).mapToLong(Target::bytes).sum();
  }
}
