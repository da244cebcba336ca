package org.dl4jtt.admm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.dl4jtt.constraint.BlockTermSet;
import org.dl4jtt.constraint.LowRankSet;
import org.dl4jtt.constraint.SparseSet;
import org.dl4jtt.constraint.SumSet;
import org.dl4jtt.layers.convert.WeightShape;
import org.dl4jtt.tensor.Scheme;
import org.dl4jtt.tensor.Tensorization;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.learning.config.Adam;

class AdmmFileTest {
  private static final List<Constrained> WEIGHTS = Nets.soft("fc1", "W", "out", "W");
  private static final AdmmSettings SETTINGS =
      AdmmSettings.defaults().withRho(RhoSchedule.geometric(0.5, 1.5, 10)).withAnnealing(3);

  @TempDir Path folder;

  private static MultiLayerNetwork net(DataType type) {
    return Nets.denseNet(Nets.conf(new Adam(0.01), true).dataType(type));
  }

  private static DataSetIterator data() {
    return new ListDataSetIterator<>(Nets.vectors(12, 1).asList(), 4);
  }

  @Test
  void resumedRun_endsInTheSameBits() throws IOException {
    for (DataType type : List.of(DataType.DOUBLE, DataType.FLOAT)) {
      MultiLayerNetwork whole = net(type);
      AdmmListener admm = AdmmListener.of(WEIGHTS, SETTINGS);
      whole.setListeners(admm);
      whole.fit(data(), 3);
      Path zip = folder.resolve("net.zip");
      Path state = folder.resolve("admm.state");
      ModelSerializer.writeModel(whole, zip.toFile(), true);
      admm.save(whole, state);
      whole.fit(data(), 4);

      MultiLayerNetwork resumed = ModelSerializer.restoreMultiLayerNetwork(zip.toFile(), true);
      AdmmListener again = AdmmListener.of(WEIGHTS, SETTINGS);
      again.restore(resumed, state);
      resumed.setListeners(again);
      resumed.fit(data(), 4);

      assertThat(resumed.params().data().asBytes()).isEqualTo(whole.params().data().asBytes());
      assertThat(again.history().entries()).isEqualTo(admm.history().entries());
      assertThat(again.history().entries()).hasSize(14);
      for (Constrained c : WEIGHTS) {
        assertThat(again.states(resumed).get(c).u()).isEqualTo(admm.states(whole).get(c).u());
        assertThat(again.states(resumed).get(c).rho()).isEqualTo(admm.states(whole).get(c).rho());
      }
    }
  }

  @Test
  void truncatedOrAlteredFile_isRefused_andNothingChanges() throws IOException {
    MultiLayerNetwork net = net(DataType.DOUBLE);
    AdmmListener admm = AdmmListener.of(WEIGHTS, SETTINGS);
    net.setListeners(admm);
    net.fit(data(), 2);
    Path state = folder.resolve("admm.state");
    admm.save(net, state);
    byte[] whole = Files.readAllBytes(state);

    Path bad = folder.resolve("bad.state");
    for (int length : new int[] {0, 10, 40, whole.length / 2, whole.length - 1}) {
      Files.write(bad, java.util.Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> admm.restore(net, bad))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(bad + " is truncated");
    }
    for (int at : new int[] {12, whole.length / 3, whole.length - 1}) {
      byte[] altered = whole.clone();
      altered[at] ^= 1;
      Files.write(bad, altered);
      assertThatThrownBy(() -> admm.restore(net, bad))
          .hasMessageContaining("truncated or altered: its checksum is wrong");
    }
    byte[] other = whole.clone();
    other[0] = 'P';
    Files.write(bad, other);
    assertThatThrownBy(() -> admm.restore(net, bad)).hasMessageContaining("not a state file");
    assertThat(admm.history().entries()).hasSize(4);
  }

  @Test
  void olderVersions_withoutPlansOrStartsOfProjections_areStillRead() throws IOException {
    List<Constrained> one = Nets.soft("fc1", "W");
    MultiLayerNetwork net = net(DataType.DOUBLE);
    AdmmListener admm = AdmmListener.of(one, SETTINGS);
    net.setListeners(admm);
    net.fit(Nets.vectors(12, 1)); // no epoch ends, so the history is empty
    Path saved = folder.resolve("three.state");
    admm.save(net, saved);
    byte[] content = CheckedFile.read(saved, "DL4JTT-ADMM", 3, (version, in) -> in.readAllBytes());
    int plans = 4 * (8 + 1); // after eight counts and the number of entries, 0
    int starts = content.length - 8; // the last weight's ends the file
    for (int version : new int[] {1, 2}) {
      Path old = folder.resolve(version + ".state");
      CheckedFile.write(
          old,
          "DL4JTT-ADMM",
          version,
          out -> {
            int from = version == 1 ? plans + 4 : plans;
            out.write(content, 0, plans);
            out.write(content, from, starts - from);
          });

      AdmmListener restored = AdmmListener.of(one, SETTINGS);
      restored.restore(net, old);
      Path again = folder.resolve("again.state");
      restored.save(net, again);

      assertThat(again).hasSameBinaryContentAs(saved);
    }
  }

  @Test
  void resumedRun_startsProjectionsWhereTheLastOneEnded() throws IOException {
    List<Constrained> sums =
        List.of(
            new Constrained(
                "fc1",
                "W",
                new SumSet(new LowRankSet(new WeightShape(5, List.of(), 6), 1), new SparseSet(3))),
            new Constrained(
                "out",
                "W",
                new BlockTermSet(
                    Tensorization.matrix(Scheme.SEPARATED, List.of(3), List.of(5)),
                    2,
                    List.of(1, 1))));
    for (DataType type : List.of(DataType.DOUBLE, DataType.FLOAT)) {
      MultiLayerNetwork whole = net(type);
      AdmmListener admm = AdmmListener.of(sums, SETTINGS);
      whole.setListeners(admm);
      whole.fit(data(), 2);
      MultiLayerNetwork resumed = whole.clone();
      Path state = folder.resolve("admm.state");
      admm.save(whole, state);
      whole.fit(data(), 2);

      AdmmListener again = AdmmListener.of(sums, SETTINGS);
      again.restore(resumed, state);
      resumed.setListeners(again);
      resumed.fit(data(), 2);

      assertThat(resumed.params().data().asBytes()).isEqualTo(whole.params().data().asBytes());
      for (Constrained c : sums) {
        AdmmState ended = again.states(resumed).get(c);
        assertThat(ended.projectionStart()).isPresent();
        assertThat(ended.projectionStart()).isEqualTo(admm.states(whole).get(c).projectionStart());
      }
    }
  }

  @Test
  void newerFormat_isRefused() throws IOException {
    Path file = folder.resolve("new.state");
    CheckedFile.write(file, "DL4JTT-ADMM", 4, out -> out.writeInt(0));
    assertThatThrownBy(() -> AdmmListener.of(WEIGHTS, SETTINGS).restore(net(DataType.DOUBLE), file))
        .hasMessageContaining("format 4, this release reads up to 3");
  }

  @Test
  void stateOfAnotherPlanOrNetwork_isRefused() throws IOException {
    MultiLayerNetwork net = net(DataType.DOUBLE);
    AdmmListener admm = AdmmListener.of(WEIGHTS, SETTINGS);
    net.setListeners(admm);
    net.fit(data());
    Path state = folder.resolve("admm.state");
    admm.save(net, state);

    assertThatThrownBy(() -> AdmmListener.of(Nets.soft("fc1", "W"), SETTINGS).restore(net, state))
        .hasMessageContaining("2 constrained weights, the plan trains 1");
    List<Constrained> otherSet =
        List.of(new Constrained("fc1", "W", new SoftThreshold(0.2)), WEIGHTS.get(1));
    assertThatThrownBy(() -> AdmmListener.of(otherSet, SETTINGS).restore(net, state))
        .hasMessageContaining("layer \"fc1\", weight W")
        .hasMessageContaining("constraint");
    assertThatThrownBy(() -> AdmmListener.of(WEIGHTS, SETTINGS).restore(net(DataType.FLOAT), state))
        .hasMessageContaining("data type DOUBLE in place of FLOAT");
  }

  @Test
  void failedWrite_leavesTheOldFile_andNoOther() throws IOException {
    Path file = folder.resolve("x.state");
    CheckedFile.write(file, "M", 1, out -> out.writeInt(42));
    assertThatThrownBy(
            () ->
                CheckedFile.write(
                    file,
                    "M",
                    1,
                    out -> {
                      out.writeInt(1);
                      throw new IOException("disk full");
                    }))
        .hasMessage(file + " cannot be written: disk full");
    int value = CheckedFile.read(file, "M", 1, (version, in) -> in.readInt());
    assertThat(value).isEqualTo(42);
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void filesThatEndTooEarly_orHoldNonsense_areNamed_thoughTheirSumsAreRight() throws IOException {
    Path file = folder.resolve("x.state");
    CheckedFile.write(file, "M", 1, out -> out.writeShort(7));
    assertThatThrownBy(() -> CheckedFile.read(file, "M", 1, (version, in) -> in.readLong()))
        .hasMessage(file + " is damaged: it ends before its last value");
    assertThatThrownBy(() -> CheckedFile.read(file, "M", 1, (version, in) -> in.readUTF()))
        .hasMessage(file + " is damaged: it ends before its last value");
    assertThatThrownBy(() -> CheckedFile.read(file, "M", 1, (version, in) -> in.readNBytes(-1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(file + ": ");
  }
}
