package com.intel.dra.kit.kubelet.api;

import com.intel.dra.kit.kubelet.api.PluginGeneration.Classic;
import com.intel.dra.kit.kubelet.api.PluginGeneration.Structured;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** The names of the sockets, which follow those of drivers that use Kubernetes' Go helper. */
public final class SocketNames {

  private static final String PLUGIN_PREFIX = "dra-";
  private static final String PLUGIN_SUFFIX = ".sock";
  private static final String REGISTRATION_SUFFIX = "-reg.sock";

  /** sockaddr_un has 108 bytes for the path and its terminating zero. */
  public static final int MAX_PATH_BYTES = 107;

  private static final int UID_HASH_BYTES = 8;
  private static final int DRIVER_AND_UID_HASH_BYTES = 16;

  private SocketNames() {}

  /** Whether a path fits into a socket's address. */
  public static boolean isShort(Path path) {
    return bytes(path) <= MAX_PATH_BYTES;
  }

  public static int bytes(Path path) {
    return path.toString().getBytes(StandardCharsets.UTF_8).length;
  }

  static Path plugin(Path pluginFolder, PluginGeneration generation) {
    return switch (generation) {
      case Classic() -> pluginFolder.resolve("plugin.sock");
      case Structured(var podUid, var health) ->
          podUid
              .map(uid -> plugin(pluginFolder, pod(pluginFolder, uid)))
              .orElseGet(() -> pluginFolder.resolve("dra.sock"));
    };
  }

  private static Path plugin(Path pluginFolder, String pod) {
    return pluginFolder.resolve(PLUGIN_PREFIX + pod + PLUGIN_SUFFIX);
  }

  /**
   * The pod's part in the names of its sockets: its UID, or a hash if the plugin socket's path
   * would be too long. Both sockets use the same part, so that one can be found from the other.
   */
  private static String pod(Path pluginFolder, String uid) {
    return isShort(plugin(pluginFolder, uid)) ? uid : hash(uid, UID_HASH_BYTES);
  }

  /** The pod's part in the name of a plugin socket: a UID or a hash; empty if there is none. */
  public static Optional<String> pod(String pluginSocket) {
    boolean has =
        pluginSocket.startsWith(PLUGIN_PREFIX)
            && pluginSocket.endsWith(PLUGIN_SUFFIX)
            && pluginSocket.length() > PLUGIN_PREFIX.length() + PLUGIN_SUFFIX.length();
    return has
        ? Optional.of(
            pluginSocket.substring(
                PLUGIN_PREFIX.length(), pluginSocket.length() - PLUGIN_SUFFIX.length()))
        : Optional.empty();
  }

  static Path registration(
      Path pluginFolder, Path registryFolder, String driver, PluginGeneration generation) {
    return switch (generation) {
      case Classic() -> registryFolder.resolve(driver + ".sock");
      case Structured(var podUid, var health) ->
          podUid
              .map(uid -> registration(registryFolder, driver, pod(pluginFolder, uid)))
              .orElseGet(() -> registryFolder.resolve(driver + REGISTRATION_SUFFIX));
    };
  }

  /**
   * The first of the names that is short enough for a socket, otherwise the shortest.
   *
   * @param pod as in the name of the plugin socket
   */
  public static Path registration(Path registryFolder, String driver, String pod) {
    List<Path> candidates =
        List.of(
            registryFolder.resolve(driver + "-" + pod + REGISTRATION_SUFFIX),
            registryFolder.resolve(driver + "-" + hash(pod, UID_HASH_BYTES) + REGISTRATION_SUFFIX),
            registryFolder.resolve(
                PLUGIN_PREFIX
                    + hash(driver + "\0" + pod, DRIVER_AND_UID_HASH_BYTES)
                    + REGISTRATION_SUFFIX));
    return candidates.stream()
        .filter(SocketNames::isShort)
        .findFirst()
        .orElseGet(candidates::getLast);
  }

  /**
   * Whether the name of a socket in the kubelet's registry belongs to this driver. The shortest
   * names of {@link #registration(Path, String, String)} are not recognized.
   */
  public static boolean isRegistrationOf(String driver, String socket) {
    return socket.equals(driver + ".sock")
        || (socket.startsWith(driver + "-") && socket.endsWith(REGISTRATION_SUFFIX));
  }

  private static String hash(String text, int bytes) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(digest, bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new LinkageError("every Java has SHA-256", e);
    }
  }
}
