package org.dl4jtt.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTextTest {
  private static void refused(String json, String message) {
    assertThatThrownBy(() -> JsonText.parse(json, "the plan"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @ValueSource(ints = {101, 3_000, 200_000})
  void deepBrackets_areRefusedBeforeTheyAreParsed(int depth) {
    refused("[".repeat(depth) + "]".repeat(depth), "the plan has more than 100 brackets");
    refused("{\"a\":".repeat(depth) + "1" + "}".repeat(depth), "more than 100 brackets");
    refused("[".repeat(depth), "more than 100 brackets"); // never closed
  }

  @Test
  void longNumbers_areRefusedBeforeTheyAreParsed() {
    refused("{\"n\": " + "9".repeat(1_000_000) + "}", "the plan has a number of 1000000 digits");
    refused("[1." + "9".repeat(1_000) + "e5]", "digits");
  }

  @Test
  void longTexts_areRefused() {
    refused("\"" + "x".repeat(1 << 25) + "\"", "33,554,434 characters, more than the 33,554,432");
  }

  @Test
  void whatIsNoJson_isRefused_withItsPlace() {
    refused("{\n  \"a\": nothing}", "(line 2, column ");
    refused("{\"a\": 1} {", "the plan is not JSON");
    refused("{\"a\": 1, \"a\": 2}", "Duplicate field 'a'");
    refused("{\"" + "n".repeat(5_000) + "\" 1}", "the plan is not JSON");
    assertThatThrownBy(() -> JsonText.parse("{" + "n".repeat(5_000) + "}", "the plan"))
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(300));
  }

  @Test
  void scan_showsEveryText_withTheNameBeforeIt() {
    List<String> found = new ArrayList<>();
    JsonText.scan(
        "{\"@class\": \"a\", \"x\": [\"b\", {\"\\u0040class\": \"c\"}], \"n\": 1}",
        "it",
        (name, text) -> found.add(name + "=" + text));
    assertThat(found).containsExactly("@class=a", "x=b", "@class=c");
  }

  @Test
  void wrongEntries_areQuotedInOneLine_notWhole() {
    String json = "{\"ranks\": [[" + "1, ".repeat(10_000) + "\"\\u001b[31m\"]]}";
    assertThatThrownBy(
            () -> JsonFields.integers(JsonText.parse(json, "the plan"), "ranks", "the plan"))
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(200).contains("[1,1,1,"));
    assertThat(Shown.of("a\u001b[31m\nb")).isEqualTo("a [31m b");
  }

  @Test
  void numbersBeyondDouble_areRefused() {
    assertThatThrownBy(
            () -> JsonFields.number(JsonText.parse("{\"r\": 1e400}", "it"), "r", "the plan"))
        .hasMessage("the plan: \"r\" is beyond what a double holds");
  }
}
