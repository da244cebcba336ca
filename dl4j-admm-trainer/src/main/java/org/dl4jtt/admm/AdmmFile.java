package org.dl4jtt.admm;

import static org.dl4jtt.internal.Check.argument;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.api.Model;
import org.dl4jtt.plan.CompressionPlan;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The saved state of a training: counts, history with the plans that were made again (since version
 * 2), ρ, Z and U of every weight, and where its next projection starts (since version 3).
 */
final class AdmmFile {
  private static final String MAGIC = "DL4JTT-ADMM";
  private static final int VERSION = 3;
  private static final int CHUNK = 1 << 16;

  private AdmmFile() {}

  static void write(Path file, AdmmTraining training, AdmmHistory history) throws IOException {
    CheckedFile.write(
        file,
        MAGIC,
        VERSION,
        out -> {
          writeCounts(out, training.counts());
          List<AdmmHistory.Entry> entries = history.entries();
          out.writeInt(entries.size());
          for (AdmmHistory.Entry entry : entries) {
            writeEntry(out, entry);
          }
          List<AdmmHistory.Replanned> plans = history.plans();
          out.writeInt(plans.size());
          for (AdmmHistory.Replanned replanned : plans) {
            writePlan(out, replanned);
          }
          out.writeInt(training.weights().size());
          for (ConstrainedWeight weight : training.weights()) {
            writeWeight(out, weight);
          }
        });
  }

  static AdmmTraining read(
      Path file, ConstrainedPlan first, Model model, AdmmSettings settings, AdmmHistory history)
      throws IOException {
    return CheckedFile.read(
        file,
        MAGIC,
        VERSION,
        (version, in) -> {
          AdmmTraining.Counts counts = readCounts(in);
          List<AdmmHistory.Entry> entries = new ArrayList<>();
          for (int i = in.readInt(); i > 0; i--) {
            entries.add(readEntry(in));
          }
          List<AdmmHistory.Replanned> plans = new ArrayList<>();
          for (int i = version < 2 ? 0 : in.readInt(); i > 0; i--) {
            plans.add(readPlan(in));
          }
          ConstrainedPlan goal = goal(first, plans, settings, file);
          List<ConstrainedWeight> weights =
              ConstrainedWeights.of(goal.constrained(), settings, model);
          int saved = in.readInt();
          argument(
              saved == weights.size(),
              "%s holds %d constrained weights, the plan trains %d: it is of another plan",
              file,
              saved,
              weights.size());
          for (ConstrainedWeight weight : weights) {
            readWeight(in, version, weight, model, file);
          }
          history.replace(entries, plans);
          return AdmmTraining.resume(settings, history, goal, weights, counts);
        });
  }

  private static void writeCounts(DataOutputStream out, AdmmTraining.Counts counts)
      throws IOException {
    out.writeInt(counts.firstIteration());
    out.writeInt(counts.firstEpoch());
    out.writeInt(counts.iterationsPerEpoch());
    out.writeInt(counts.updates());
    out.writeInt(counts.epochsDone());
    out.writeInt(counts.stepsSinceUpdate());
    out.writeInt(counts.nextIteration());
    out.writeInt(counts.missed());
  }

  private static AdmmTraining.Counts readCounts(DataInputStream in) throws IOException {
    return new AdmmTraining.Counts(
        in.readInt(),
        in.readInt(),
        in.readInt(),
        in.readInt(),
        in.readInt(),
        in.readInt(),
        in.readInt(),
        in.readInt());
  }

  private static void writeEntry(DataOutputStream out, AdmmHistory.Entry e) throws IOException {
    out.writeInt(e.update());
    out.writeInt(e.epoch());
    out.writeInt(e.iteration());
    out.writeUTF(e.layer());
    out.writeUTF(e.parameter());
    out.writeDouble(e.rho());
    out.writeDouble(e.found().residuals().primal());
    out.writeDouble(e.found().residuals().dual());
    out.writeDouble(e.found().relativeDistance());
    out.writeDouble(e.found().relativeChange());
    out.writeDouble(e.found().energyKept());
    out.writeDouble(e.penalty());
    out.writeDouble(e.score());
    out.writeDouble(e.projectedScore());
  }

  private static AdmmHistory.Entry readEntry(DataInputStream in) throws IOException {
    return new AdmmHistory.Entry(
        in.readInt(),
        in.readInt(),
        in.readInt(),
        in.readUTF(),
        in.readUTF(),
        in.readDouble(),
        new AdmmUpdate(
            new Residuals(in.readDouble(), in.readDouble()),
            in.readDouble(),
            in.readDouble(),
            in.readDouble()),
        in.readDouble(),
        in.readDouble(),
        in.readDouble());
  }

  private static void writePlan(DataOutputStream out, AdmmHistory.Replanned replanned)
      throws IOException {
    out.writeInt(replanned.update());
    out.writeInt(replanned.epoch());
    byte[] json = replanned.plan().toJson().getBytes(StandardCharsets.UTF_8);
    out.writeInt(json.length); // writeUTF ends at 64 KiB
    out.write(json);
  }

  private static AdmmHistory.Replanned readPlan(DataInputStream in) throws IOException {
    int update = in.readInt();
    int epoch = in.readInt();
    byte[] json = in.readNBytes(in.readInt());
    return new AdmmHistory.Replanned(
        update, epoch, CompressionPlan.fromJson(new String(json, StandardCharsets.UTF_8)));
  }

  /** The last plan that was saved, if it is one of the first one's. */
  private static ConstrainedPlan goal(
      ConstrainedPlan first, List<AdmmHistory.Replanned> plans, AdmmSettings settings, Path file) {
    if (plans.isEmpty()) {
      return first;
    }
    CompressionPlan last = plans.get(plans.size() - 1).plan();
    CompressionPlan given = first.plan();
    argument(
        settings.replanEvery() > 0,
        "%s holds ranks that were chosen again in training; restore it with the settings that it was"
            + " saved under, withReplanning(..)",
        file);
    argument(
        given != null && last.hasTargetOf(given),
        "%s is of another plan: its target is %s, this one's is %s, or other layers or schemes were"
            + " asked for",
        file,
        last.target().orElse(null),
        given == null ? null : given.target().orElse(null));
    return ConstrainedPlan.of(last);
  }

  private static void writeWeight(DataOutputStream out, ConstrainedWeight weight)
      throws IOException {
    Constrained c = weight.constrained();
    INDArray z = weight.state().z();
    out.writeUTF(c.layer());
    out.writeUTF(c.parameter());
    out.writeUTF(c.set().toString());
    out.writeUTF(z.dataType().name());
    out.writeUTF(Arrays.toString(z.shape()));
    out.writeChar(z.ordering());
    out.writeDouble(weight.state().rho());
    out.writeDouble(weight.pull());
    writeArray(out, z);
    writeArray(out, weight.state().u());
    Optional<INDArray> start = weight.state().projectionStart();
    out.writeLong(start.map(INDArray::length).orElse(0L));
    if (start.isPresent()) {
      writeArray(out, start.get());
    }
  }

  private static void readWeight(
      DataInputStream in, int version, ConstrainedWeight weight, Model model, Path file)
      throws IOException {
    Constrained c = weight.constrained();
    INDArray w = weight.weight(model);
    same(file, c, "layer", in.readUTF(), c.layer());
    same(file, c, "weight", in.readUTF(), c.parameter());
    same(file, c, "constraint", in.readUTF(), c.set().toString());
    same(file, c, "data type", in.readUTF(), w.dataType().name());
    same(file, c, "shape", in.readUTF(), Arrays.toString(w.shape()));
    same(file, c, "order", String.valueOf(in.readChar()), String.valueOf(w.ordering()));
    double rho = in.readDouble();
    double pull = in.readDouble();
    INDArray z = readArray(in, w);
    INDArray u = readArray(in, w);
    long length = version < 3 ? 0 : in.readLong();
    INDArray start =
        length == 0 ? null : readArray(in, Nd4j.createUninitialized(DataType.DOUBLE, length));
    weight.restore(AdmmState.of(z, u, rho, start), pull);
  }

  private static void same(Path file, Constrained c, String what, String saved, String expected) {
    argument(
        saved.equals(expected),
        "%s is of another network or plan: for %s it has %s %s in place of %s",
        file,
        c.label(),
        what,
        saved,
        expected);
  }

  /** The entries in memory order: 8 bytes each for DOUBLE, else 4 (a half is a float exactly). */
  private static void writeArray(DataOutputStream out, INDArray array) throws IOException {
    boolean wide = array.dataType() == DataType.DOUBLE;
    int bytes = wide ? Double.BYTES : Float.BYTES;
    ByteBuffer buffer = ByteBuffer.allocate(CHUNK);
    for (long i = 0; i < array.length(); i++) {
      if (wide) {
        buffer.putDouble(array.data().getDouble(i));
      } else {
        buffer.putFloat(array.data().getFloat(i));
      }
      if (buffer.remaining() < bytes || i == array.length() - 1) {
        out.write(buffer.array(), 0, buffer.position());
        buffer.clear();
      }
    }
  }

  private static INDArray readArray(DataInputStream in, INDArray w) throws IOException {
    INDArray array = AdmmState.like(w);
    boolean wide = w.dataType() == DataType.DOUBLE;
    for (long i = 0; i < array.length(); i++) {
      if (wide) {
        array.data().put(i, in.readDouble());
      } else {
        array.data().put(i, in.readFloat());
      }
    }
    return array;
  }
}
