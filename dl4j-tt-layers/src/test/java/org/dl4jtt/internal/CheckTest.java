package org.dl4jtt.internal;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CheckTest {
  private final Locale before = Locale.getDefault();

  @BeforeEach
  void arabicDigits() {
    Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
  }

  @AfterEach
  void asBefore() {
    Locale.setDefault(before);
  }

  @Test
  void messages_haveTheSameDigitsInEveryLanguage() {
    String text = "12,345 is 1.5";
    assertThatThrownBy(() -> Check.argument(false, "%,d is %.1f", 12_345, 1.5)).hasMessage(text);
    assertThatThrownBy(() -> Check.state(false, "%,d is %.1f", 12_345, 1.5)).hasMessage(text);
    assertThatThrownBy(() -> Check.present(null, "%,d is %.1f", 12_345, 1.5)).hasMessage(text);
  }
}
