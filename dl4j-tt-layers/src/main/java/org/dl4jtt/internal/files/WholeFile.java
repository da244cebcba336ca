package org.dl4jtt.internal.files;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Files that are whole under their name, or as they were before, whenever the process or the power
 * goes:
 *
 * <pre>
 *   1. a part with a name of its own beside the file, which must be new: nothing is overwritten,
 *      and no link is followed
 *   2. the bytes, then force: they are on the disk before the name is
 *   3. the part renamed to the file, in one step
 *   4. the folder forced: the name is on the disk, too
 * </pre>
 *
 * <p>Permissions are those of any new file: read and write for all, less the umask. After an error
 * the part is removed and what stood under the name is unchanged.
 */
public final class WholeFile {
  private WholeFile() {}

  /** What goes into a file. */
  @FunctionalInterface
  public interface Content {
    /** Writes all of it. */
    void write(OutputStream out) throws IOException;
  }

  /**
   * Writes a text in UTF-8.
   *
   * @throws IOException naming the file, if it cannot be written
   */
  public static void write(Path file, String text) throws IOException {
    write(file, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
  }

  /**
   * Writes a file.
   *
   * @param content is given a buffered stream, once; it may close it
   * @throws IOException naming the file, if it cannot be written or the content fails
   */
  public static void write(Path file, Content content) throws IOException {
    Path target = file.toAbsolutePath();
    Path part = Parts.beside(target);
    try {
      writeNew(part, content);
      Parts.rename(part, target);
    } catch (IOException e) {
      IOException failure = Failure.of(file, part, e);
      Parts.removeAfter(failure, part);
      throw failure;
    } catch (RuntimeException | Error e) {
      Parts.removeAfter(e, part);
      throw e;
    }
  }

  private static void writeNew(Path part, Content content) throws IOException {
    try (FileChannel channel =
        FileChannel.open(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      OutputStream out =
          new BufferedOutputStream(Channels.newOutputStream(channel)) {
            @Override
            public void close() throws IOException {
              flush(); // the channel must be open to be forced
            }
          };
      content.write(out);
      out.flush();
      channel.force(true);
    }
  }

  /**
   * Gives a file that other software has written its place: forced first, renamed then.
   *
   * @throws IOException naming the target
   */
  public static void publish(Path part, Path target) throws IOException {
    try {
      try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
        channel.force(true);
      }
      Parts.rename(part, target);
    } catch (IOException e) {
      throw Failure.of(target, part, e);
    }
  }
}
