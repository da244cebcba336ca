package org.dl4jtt.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.serde.json.JsonMappers;
import org.nd4j.shade.jackson.databind.ObjectMapper;

class TensorFormTest {
  private static final TensorForm FC6 =
      TensorForm.of(
          Tensorization.matrix(Scheme.PAIRED, List.of(4, 4, 4, 4, 4, 4), List.of(2, 7, 8, 8, 7, 4)),
          List.of(1, 4, 4, 4, 4, 4, 1));

  @Test
  void vggFc6_hasTheWeightsOfThePaper() {
    assertThat(FC6.weights()).isEqualTo(2016); // Novikov et al. 2015, table of PAPERS A
  }

  @Test
  void survivesDl4jsJsonMapper() throws Exception {
    ObjectMapper mapper = JsonMappers.getMapper();
    String json = mapper.writeValueAsString(FC6);
    assertThat(mapper.readValue(json, TensorForm.class)).isEqualTo(FC6);
    assertThat(json).contains("\"format\" : 1").doesNotContain("train");
  }

  @Test
  void aKernel_survivesDl4jsJsonMapper() throws Exception {
    ObjectMapper mapper = JsonMappers.getMapper();
    TensorForm form =
        TensorForm.of(
            Tensorization.kernel(Scheme.SEPARATED, List.of(2, 3), 3, 2, List.of(4)),
            List.of(1, 2, 3, 4, 1));
    assertThat(mapper.readValue(mapper.writeValueAsString(form), TensorForm.class)).isEqualTo(form);
  }

  @Test
  void aNewerFormat_isRefused() {
    assertThatThrownBy(() -> new TensorForm(2, FC6.tensorization(), FC6.ranks()))
        .hasMessageContaining("format is 2, this release of dl4j-tt reads up to 1");
  }
}
