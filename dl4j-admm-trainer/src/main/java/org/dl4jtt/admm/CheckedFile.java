package org.dl4jtt.admm;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UTFDataFormatException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.dl4jtt.internal.files.WholeFile;

/**
 * A binary file that is whole or refused: {@code magic, version, content, SHA-256 of all before}.
 * Read only after its checksum has been verified.
 */
public final class CheckedFile {
  private static final int DIGEST_BYTES = 32;
  private static final int BUFFER = 1 << 16;

  private CheckedFile() {}

  /** Writes the content. */
  public interface Writer {
    /** Writes all of it. */
    void write(DataOutputStream out) throws IOException;
  }

  /** Reads the content. */
  public interface Reader<T> {
    /**
     * Reads all of it.
     *
     * @param version of the file, from 1
     */
    T read(int version, DataInputStream in) throws IOException;
  }

  /**
   * Writes a file.
   *
   * @param magic the first bytes, ASCII
   * @param version of the content
   * @throws IOException if it cannot be written; what stood there before is unchanged then
   */
  public static void write(Path file, String magic, int version, Writer content)
      throws IOException {
    WholeFile.write(
        file,
        stream -> {
          MessageDigest digest = sha256();
          DataOutputStream out = new DataOutputStream(new DigestOutputStream(stream, digest));
          out.write(magic.getBytes(StandardCharsets.US_ASCII));
          out.writeInt(version);
          content.write(out);
          out.flush();
          stream.write(digest.digest());
        });
  }

  /**
   * Reads a file.
   *
   * @param magic its first bytes
   * @param version the newest that is understood
   * @throws IOException if the file is truncated, altered, not one of these, or newer
   */
  public static <T> T read(Path file, String magic, int version, Reader<T> content)
      throws IOException {
    verify(file, magic);
    try (DataInputStream in =
        new DataInputStream(
            new Limited(
                new BufferedInputStream(Files.newInputStream(file)),
                Files.size(file) - DIGEST_BYTES))) {
      in.skipNBytes(magic.length());
      int found = in.readInt();
      if (found < 1 || found > version) {
        throw new IOException(
            file
                + " has format "
                + found
                + ", this release reads up to "
                + version
                + "; use a newer release of dl4j-tt");
      }
      return content.read(found, in);
    } catch (EOFException | UTFDataFormatException e) {
      throw new IOException(file + " is damaged: it ends before its last value", e);
    } catch (IllegalArgumentException e) {
      String message = String.valueOf(e.getMessage());
      throw message.contains(file.toString())
          ? e
          : new IllegalArgumentException(file + ": " + message, e);
    }
  }

  /** A stream that ends after so many bytes: before the checksum. */
  private static final class Limited extends FilterInputStream {
    private long left;

    Limited(InputStream in, long left) {
      super(in);
      this.left = left;
    }

    @Override
    public int read() throws IOException {
      return left-- > 0 ? in.read() : -1;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      int n = left <= 0 ? -1 : in.read(bytes, offset, (int) Math.min(length, left));
      left -= Math.max(n, 0);
      return n;
    }

    @Override
    public long skip(long n) throws IOException {
      long skipped = in.skip(Math.min(n, Math.max(left, 0)));
      left -= skipped;
      return skipped;
    }
  }

  private static void verify(Path file, String magic) throws IOException {
    long content = Files.size(file) - DIGEST_BYTES;
    if (content < magic.length() + Integer.BYTES) {
      throw new IOException(file + " is truncated: " + Files.size(file) + " bytes");
    }
    MessageDigest digest = sha256();
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
      byte[] start = in.readNBytes(magic.length());
      if (!new String(start, StandardCharsets.US_ASCII).equals(magic)) {
        throw new IOException(
            file + " is not a state file of dl4j-tt: it does not start with " + magic);
      }
      digest.update(start);
      byte[] buffer = new byte[BUFFER];
      for (long left = content - start.length; left > 0; ) {
        int n = in.readNBytes(buffer, 0, (int) Math.min(BUFFER, left));
        digest.update(buffer, 0, n);
        left -= n == 0 ? left : n; // a file that shrinks while it is read
      }
      if (!MessageDigest.isEqual(digest.digest(), in.readNBytes(DIGEST_BYTES))) {
        throw new IOException(
            file + " is truncated or altered: its checksum is wrong; use an earlier checkpoint");
      }
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
