package com.intel.dra.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.lang.reflect.Field;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** No regular expression of the driver takes more than linear time, whatever text it gets. */
class ExpressionsTest {

  private static final int MEGABYTE = 1 << 20;

  /** Quadratic time for a megabyte would be hours. */
  private static final Duration LINEAR = Duration.ofSeconds(30);

  /** Texts that the expressions repeat, and texts that almost match. */
  private static final List<String> REPEATED =
      List.of("0", "7", "a", "A", ".", "-", ":", "/", "0x56c0-", "a-", "a.", "eyJ", "-0xabcd-vf1");

  static Stream<Arguments> expressions() {
    return new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("com.intel.dra")
            .stream()
            .flatMap(type -> type.getFields().stream())
            .filter(field -> field.getRawType().isEquivalentTo(Pattern.class))
            .map(JavaField::reflect)
            .map(
                field ->
                    Arguments.of(
                        field.getDeclaringClass().getSimpleName() + "." + field.getName(),
                        pattern(field)));
  }

  private static Pattern pattern(Field field) {
    try {
      field.setAccessible(true);
      return (Pattern) field.get(null);
    } catch (IllegalAccessException e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("expressions")
  void aMegabyteIsMatchedInLinearTime(String name, Pattern expression) {
    assertTimeoutPreemptively(
        LINEAR,
        () -> {
          for (String repeated : REPEATED) {
            for (String end : List.of("", "x!")) {
              String text = repeated.repeat(MEGABYTE / repeated.length()) + end;
              assertThat(expression.matcher(text).matches()).as(name).isIn(true, false);
            }
          }
        });
  }
}
