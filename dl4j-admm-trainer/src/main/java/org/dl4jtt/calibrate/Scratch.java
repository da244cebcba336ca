package org.dl4jtt.calibrate;

import java.util.function.Function;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.memory.conf.WorkspaceConfiguration;
import org.nd4j.linalg.api.memory.enums.AllocationPolicy;
import org.nd4j.linalg.api.memory.enums.LearningPolicy;
import org.nd4j.linalg.api.memory.enums.ResetPolicy;
import org.nd4j.linalg.api.memory.enums.SpillPolicy;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Memory for what is gone again soon: one workspace for a batch, in it one for the work of a layer,
 * and one for a chunk of rows. Without them every patch would wait for the garbage collector, which
 * sees nothing of its size. Where no batch's workspace is open, arrays are detached.
 */
final class Scratch {
  private static final String PASS = "WS_CALIBRATION_PASS";
  private static final String LAYER = "WS_CALIBRATION_LAYER";
  private static final String ROWS = "WS_CALIBRATION_ROWS";

  private static final WorkspaceConfiguration CONFIGURATION =
      WorkspaceConfiguration.builder()
          .initialSize(0)
          .overallocationLimit(0.02)
          .policyLearning(LearningPolicy.FIRST_LOOP)
          .policyReset(ResetPolicy.BLOCK_LEFT)
          .policySpill(SpillPolicy.REALLOCATE)
          .policyAllocation(AllocationPolicy.OVERALLOCATE)
          .build();

  private static final LayerWorkspaceMgr DETACHED = LayerWorkspaceMgr.noWorkspaces();

  private Scratch() {}

  /** Opens the workspace of a batch. */
  static MemoryWorkspace pass() {
    return open(PASS);
  }

  /** Opens the workspace of a chunk of rows. */
  static MemoryWorkspace rows() {
    return open(ROWS);
  }

  private static MemoryWorkspace open(String id) {
    return Nd4j.getWorkspaceManager().getAndActivateWorkspace(CONFIGURATION, id);
  }

  private static boolean isOpen() {
    return Nd4j.getWorkspaceManager().checkIfWorkspaceExistsAndActive(PASS);
  }

  /** Runs a layer: what it keeps lives as long as the batch, its working memory is free after. */
  static <T> T run(Function<LayerWorkspaceMgr, T> layer) {
    if (!isOpen()) {
      return layer.apply(DETACHED);
    }
    LayerWorkspaceMgr manager = manager(LAYER);
    MemoryWorkspace working = open(LAYER);
    try {
      return layer.apply(manager);
    } finally {
      working.close();
    }
  }

  /** For preprocessors and the like: all that they make lives as long as the batch. */
  static LayerWorkspaceMgr arrays() {
    return isOpen() ? manager(PASS) : DETACHED;
  }

  private static LayerWorkspaceMgr manager(String working) {
    return LayerWorkspaceMgr.builder()
        .defaultNoWorkspace()
        .with(ArrayType.INPUT, PASS, CONFIGURATION)
        .with(ArrayType.ACTIVATIONS, PASS, CONFIGURATION)
        .with(ArrayType.ACTIVATION_GRAD, PASS, CONFIGURATION)
        .with(ArrayType.FF_WORKING_MEM, working, CONFIGURATION)
        .with(ArrayType.BP_WORKING_MEM, working, CONFIGURATION)
        .build();
  }

  /** Gives the memory back. */
  static void free() {
    for (String id : new String[] {PASS, LAYER, ROWS}) {
      if (Nd4j.getWorkspaceManager().checkIfWorkspaceExists(id)) {
        Nd4j.getWorkspaceManager()
            .getWorkspaceForCurrentThread(CONFIGURATION, id)
            .destroyWorkspace(true);
      }
    }
  }
}
