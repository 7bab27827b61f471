/** The modes of files in an image's layer. */
final class Modes {

  private static final int READABLE_BY_ALL = 0444;
  private static final int WRITABLE_BY_OWNER = 0200;
  private static final int EXECUTABLE_BY_ALL = 0111;

  /** A folder where all may write, and remove only what is theirs. */
  static final int TEMPORARY = 01777;

  private Modes() {}

  /** As {@link #readable}, but a folder for temporary files stays one. */
  static int readableOrTemporary(int mode) {
    return mode == TEMPORARY ? TEMPORARY : readable(mode);
  }

  /** All may read, the owner may write, and all may execute what anybody may (folders, too). */
  static int readable(int mode) {
    int executable = (mode & EXECUTABLE_BY_ALL) == 0 ? 0 : EXECUTABLE_BY_ALL;
    return READABLE_BY_ALL | WRITABLE_BY_OWNER | executable;
  }
}
