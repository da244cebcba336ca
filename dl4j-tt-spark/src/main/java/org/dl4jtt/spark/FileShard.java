package org.dl4jtt.spark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

/** Files, every N-th of them for each of N workers. */
final class FileShard implements Shard {
  private static final long serialVersionUID = 1;

  /** What this JVM has copied already. */
  private static final Map<String, URI> COPIES = new ConcurrentHashMap<>();

  private final String[] files;
  private final Shard.Reader reader;

  FileShard(List<String> files, Shard.Reader reader) {
    this.files = files.toArray(String[]::new);
    this.reader = reader;
  }

  @Override
  public DataSetIterator open(int worker, int workers, int epoch) throws Exception {
    List<URI> mine = new ArrayList<>();
    for (int i = worker; i < files.length; i += workers) {
      mine.add(local(files[i]));
    }
    return mine.isEmpty()
        ? new ExistingDataSetIterator(List.<DataSet>of().iterator())
        : reader.open(mine);
  }

  private static URI local(String file) throws IOException {
    Path path = new Path(file);
    String scheme = path.toUri().getScheme();
    if (scheme == null || scheme.equals("file")) {
      return java.nio.file.Path.of(path.toUri().getPath()).toUri();
    }
    try {
      return COPIES.computeIfAbsent(file, name -> copy(path));
    } catch (UncheckedIOException e) {
      throw new IOException(file + " cannot be copied to this machine: " + e.getMessage(), e);
    }
  }

  private static URI copy(Path path) {
    try {
      java.nio.file.Path copy = Files.createTempFile("shard", path.getName());
      copy.toFile().deleteOnExit();
      path.getFileSystem(new Configuration())
          .copyToLocalFile(false, path, new Path(copy.toUri()), true);
      return copy.toUri();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
