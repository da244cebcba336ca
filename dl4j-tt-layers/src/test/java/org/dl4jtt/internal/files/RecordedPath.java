package org.dl4jtt.internal.files;

import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.WatchEvent.Kind;
import java.nio.file.WatchEvent.Modifier;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import org.jspecify.annotations.Nullable;

/** A path of the system's files that leads through {@link RecordedFiles}. */
record RecordedPath(Path inner, FileSystem files) implements Path {
  static Path unwrap(Path path) {
    return path instanceof RecordedPath recorded ? recorded.inner : path;
  }

  private @Nullable Path wrap(@Nullable Path path) {
    return path == null ? null : new RecordedPath(path, files);
  }

  private Path wrapped(Path path) {
    return new RecordedPath(path, files);
  }

  @Override
  public FileSystem getFileSystem() {
    return files;
  }

  @Override
  public boolean isAbsolute() {
    return inner.isAbsolute();
  }

  @Override
  public @Nullable Path getRoot() {
    return wrap(inner.getRoot());
  }

  @Override
  public @Nullable Path getFileName() {
    return wrap(inner.getFileName());
  }

  @Override
  public @Nullable Path getParent() {
    return wrap(inner.getParent());
  }

  @Override
  public int getNameCount() {
    return inner.getNameCount();
  }

  @Override
  public Path getName(int index) {
    return wrapped(inner.getName(index));
  }

  @Override
  public Path subpath(int beginIndex, int endIndex) {
    return wrapped(inner.subpath(beginIndex, endIndex));
  }

  @Override
  public boolean startsWith(Path other) {
    return inner.startsWith(unwrap(other));
  }

  @Override
  public boolean endsWith(Path other) {
    return inner.endsWith(unwrap(other));
  }

  @Override
  public Path normalize() {
    return wrapped(inner.normalize());
  }

  @Override
  public Path resolve(Path other) {
    return wrapped(inner.resolve(unwrap(other)));
  }

  @Override
  public Path resolve(String other) {
    return wrapped(inner.resolve(other));
  }

  @Override
  public Path relativize(Path other) {
    return wrapped(inner.relativize(unwrap(other)));
  }

  @Override
  public URI toUri() {
    return inner.toUri();
  }

  @Override
  public Path toAbsolutePath() {
    return wrapped(inner.toAbsolutePath());
  }

  @Override
  public Path toRealPath(LinkOption... options) throws IOException {
    return wrapped(inner.toRealPath(options));
  }

  @Override
  public WatchKey register(WatchService watcher, Kind<?>[] events, Modifier... modifiers) {
    throw new UnsupportedOperationException();
  }

  @Override
  public int compareTo(Path other) {
    return inner.compareTo(unwrap(other));
  }

  @Override
  public String toString() {
    return inner.toString();
  }
}
