package org.dl4jtt.examples.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.sound.sampled.AudioInputStream;
import javax.sound.sampled.AudioSystem;
import javax.sound.sampled.UnsupportedAudioFileException;
import org.dl4jtt.examples.data.SequenceSet.Sequence;

/**
 * The Free Spoken Digit Dataset: recordings of 0 … 9 at 8 kHz, {@code digit_speaker_take.wav}.
 * Takes 0 to 4 of each are the usual test split.
 *
 * @param training the other takes
 * @param test takes 0 to 4
 */
public record SpokenDigits(SequenceSet training, SequenceSet test) {
  private static final int CLASSES = 10;
  private static final int FIRST_TRAINING_TAKE = 5;
  private static final Pattern NAME = Pattern.compile("(\\d)_(\\w+)_(\\d+)\\.wav");

  /**
   * Reads a folder of recordings as log-spectrograms ({@link Spectrogram}).
   *
   * @throws IOException if there are none, or one cannot be read
   */
  public static SpokenDigits read(Path folder) throws IOException {
    List<Sequence> training = new ArrayList<>();
    List<Sequence> test = new ArrayList<>();
    if (Files.isDirectory(folder)) {
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : (Iterable<Path>) files.sorted()::iterator) {
          Matcher name = NAME.matcher(file.getFileName().toString());
          if (name.matches()) {
            Sequence sequence =
                new Sequence(
                    List.of(Spectrogram.of(samples(file))), Integer.parseInt(name.group(1)));
            boolean tested = Integer.parseInt(name.group(3)) < FIRST_TRAINING_TAKE;
            (tested ? test : training).add(sequence);
          }
        }
      }
    }
    if (training.isEmpty() || test.isEmpty()) {
      throw new NoSuchFileException(
          folder.toString(),
          null,
          "no recordings named digit_speaker_take.wav in it; they are the folder recordings of"
              + " https://github.com/Jakobovski/free-spoken-digit-dataset");
    }
    return new SpokenDigits(new SequenceSet(training, CLASSES), new SequenceSet(test, CLASSES));
  }

  /** 16-bit little-endian samples, in -1 … 1. */
  private static double[] samples(Path file) throws IOException {
    try (AudioInputStream in = AudioSystem.getAudioInputStream(file.toFile())) {
      if (in.getFormat().getSampleSizeInBits() != 16 || in.getFormat().getChannels() != 1) {
        throw new IOException(file + " is not 16-bit mono: " + in.getFormat());
      }
      byte[] bytes = in.readAllBytes();
      double[] samples = new double[bytes.length / 2];
      for (int i = 0; i < samples.length; i++) {
        samples[i] = (short) ((bytes[2 * i] & 0xff) | bytes[2 * i + 1] << 8) / 32768.0;
      }
      return samples;
    } catch (UnsupportedAudioFileException e) {
      throw new IOException(file + " is not a wav file", e);
    }
  }
}
