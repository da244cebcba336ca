package org.dl4jtt.internal.files;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.spi.FileSystemProvider;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * The system's files, with a record of what is opened, written, forced, renamed and deleted. Can
 * run out of space.
 */
final class RecordedFiles extends FileSystemProvider {
  /** What happened, in order; names without their folders. */
  final List<String> record = new ArrayList<>();

  /** Bytes that still fit. */
  long space = Long.MAX_VALUE;

  /** A file whose force fails; null for none. */
  @Nullable Path unforced;

  private final RecordedSystem system = new RecordedSystem(this);

  /** The same path, by way of this record. */
  Path path(Path real) {
    return new RecordedPath(real, system);
  }

  private static FileSystemProvider real(Path path) {
    return RecordedPath.unwrap(path).getFileSystem().provider();
  }

  private void note(String what, Path path) {
    record.add(what + " " + path.getFileName());
  }

  @Override
  public FileChannel newFileChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    FileChannel channel = real(path).newFileChannel(RecordedPath.unwrap(path), options, attributes);
    note("open " + options.stream().map(Object::toString).sorted().toList(), path);
    return new RecordedChannel(channel) {
      @Override
      public int write(ByteBuffer bytes) throws IOException {
        if (bytes.remaining() > space) {
          throw new IOException("No space left on device");
        }
        space -= bytes.remaining();
        note("write", path);
        return super.write(bytes);
      }

      @Override
      public void force(boolean metaData) throws IOException {
        if (unforced != null && unforced.toString().equals(path.toString())) {
          throw new IOException("Input/output error");
        }
        note("force", path);
        super.force(metaData);
      }
    };
  }

  @Override
  public SeekableByteChannel newByteChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    return newFileChannel(path, options, attributes);
  }

  @Override
  public void move(Path from, Path to, CopyOption... options) throws IOException {
    real(from).move(RecordedPath.unwrap(from), RecordedPath.unwrap(to), options);
    record.add("rename " + from.getFileName() + " " + to.getFileName());
  }

  @Override
  public void delete(Path path) throws IOException {
    real(path).delete(RecordedPath.unwrap(path));
    note("delete", path);
  }

  @Override
  public void createDirectory(Path folder, FileAttribute<?>... attributes) throws IOException {
    real(folder).createDirectory(RecordedPath.unwrap(folder), attributes);
    note("mkdir", folder);
  }

  @Override
  public DirectoryStream<Path> newDirectoryStream(
      Path folder, DirectoryStream.Filter<? super Path> filter) throws IOException {
    try (DirectoryStream<Path> real =
        real(folder).newDirectoryStream(RecordedPath.unwrap(folder), path -> true)) {
      List<Path> paths = StreamSupport.stream(real.spliterator(), false).map(this::path).toList();
      return new DirectoryStream<>() {
        @Override
        public Iterator<Path> iterator() {
          return paths.iterator();
        }

        @Override
        public void close() {}
      };
    }
  }

  @Override
  public void checkAccess(Path path, AccessMode... modes) throws IOException {
    real(path).checkAccess(RecordedPath.unwrap(path), modes);
  }

  @Override
  public <A extends BasicFileAttributes> A readAttributes(
      Path path, Class<A> type, LinkOption... options) throws IOException {
    return real(path).readAttributes(RecordedPath.unwrap(path), type, options);
  }

  // ---- nothing that the writer asks for ----

  @Override
  public String getScheme() {
    return "recorded";
  }

  @Override
  public FileSystem newFileSystem(URI uri, Map<String, ?> env) {
    throw new UnsupportedOperationException();
  }

  @Override
  public FileSystem getFileSystem(URI uri) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Path getPath(URI uri) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void copy(Path source, Path target, CopyOption... options) {
    throw new UnsupportedOperationException(Arrays.toString(options));
  }

  @Override
  public boolean isSameFile(Path path, Path other) throws IOException {
    return real(path).isSameFile(RecordedPath.unwrap(path), RecordedPath.unwrap(other));
  }

  @Override
  public boolean isHidden(Path path) throws IOException {
    return real(path).isHidden(RecordedPath.unwrap(path));
  }

  @Override
  public FileStore getFileStore(Path path) {
    throw new UnsupportedOperationException();
  }

  @Override
  public <V extends FileAttributeView> V getFileAttributeView(
      Path path, Class<V> type, LinkOption... options) {
    return real(path).getFileAttributeView(RecordedPath.unwrap(path), type, options);
  }

  @Override
  public Map<String, Object> readAttributes(Path path, String attributes, LinkOption... options)
      throws IOException {
    return real(path).readAttributes(RecordedPath.unwrap(path), attributes, options);
  }

  @Override
  public void setAttribute(Path path, String attribute, Object value, LinkOption... options) {
    throw new UnsupportedOperationException();
  }
}
