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

  final BroadcastZ[] targets;

  /** The workers' mean of all that is not constrained. */
  final SerializableArray rest;

  Consensus(int epoch, int networkEpoch, int update, BroadcastZ[] targets, SerializableArray rest) {
    this.epoch = epoch;
    this.networkEpoch = networkEpoch;
    this.update = update;
    this.targets = targets;
    this.rest = rest;
  }

  String[] keys() {
    return Arrays.stream(targets).map(BroadcastZ::key).toArray(String[]::new);
  }

  /** SerializableArray to be sent, in bytes. */
  long bytes() {
    return rest.bytes() + Arrays.stream(targets).mapToLong(BroadcastZ::bytes).sum();
  }
}
