import java.nio.file.Path;

/**
 * Unpacks an image: {@code UnpackImage.java IMAGE.tar FILES ROOT}. The files of its archive
 * (manifest.json, config.json, layers) go into folder FILES, and the content of its layers,
 * combined, into folder ROOT.
 */
final class UnpackImage {

  private UnpackImage() {}

  public static void main(String[] args) throws Exception {
    ImageArchive.open(Path.of(args[0]), Path.of(args[1])).unpackLayers(Path.of(args[2]));
  }
}
