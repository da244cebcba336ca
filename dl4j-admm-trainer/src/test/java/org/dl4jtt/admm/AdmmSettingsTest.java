package org.dl4jtt.admm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AdmmSettingsTest {
  private static Stream<AdmmSettings> settings() {
    AdmmSettings defaults = AdmmSettings.defaults();
    return Stream.of(
        defaults,
        defaults.withRho(1e-3).withEpochs(7).withIterationsPerEpoch(9).withTolerance(0),
        defaults.withRho(RhoSchedule.geometric(0.1, 1.7, 3)).withUpdateEveryIterations(5),
        defaults
            .withRho(RhoSchedule.residualBalancing(0.3))
            .withWeightDecay(WeightDecay.MOVE_TO_TARGET)
            .withAnnealing(4)
            .withSharedRho(true)
            .withReplanning(2, 0.5));
  }

  @ParameterizedTest
  @MethodSource("settings")
  void settings_surviveJson(AdmmSettings settings) {
    assertThat(AdmmSettings.fromJson(settings.toJson())).isEqualTo(settings);
  }

  @Test
  void wrongEntries_areNamed() {
    String json = AdmmSettings.defaults().toJson();
    assertThatThrownBy(() -> AdmmSettings.fromJson(json.replace("automatic", "magic")))
        .hasMessage(
            "the rho schedule \"magic\" is none of automatic, constant, residualBalancing,"
                + " geometric");
    assertThatThrownBy(() -> AdmmSettings.fromJson(json.replace("\"epochs\"", "\"epoch\"")))
        .hasMessageContaining("has an entry \"epoch\"; it may have [annealing, ");
    assertThatThrownBy(() -> AdmmSettings.fromJson(json.replace("20", "\"20\"")))
        .hasMessageContaining("has no whole number \"epochs\"");
    assertThatThrownBy(() -> AdmmSettings.fromJson("{"))
        .hasMessageContaining("the ADMM settings are not JSON");
  }

  @Test
  void aScheduleOfOnesOwn_cannotBeWritten() {
    RhoSchedule own =
        new RhoSchedule() {
          @Override
          public double initial(TrainingReach horizon) {
            return 1;
          }

          @Override
          public double next(double rho, int update, Residuals residuals, TrainingReach horizon) {
            return rho;
          }

          @Override
          public String toString() {
            return "mine";
          }
        };
    assertThatThrownBy(() -> AdmmSettings.defaults().withRho(own).toJson())
        .hasMessage(
            "the rho schedule mine is of your own and cannot be written to a file; those of"
                + " RhoSchedule can");
  }
}
