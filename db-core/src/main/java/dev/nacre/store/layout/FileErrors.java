package dev.nacre.store.layout;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/** Puts failures of the file system into words: Java's own messages are often just a path. */
public final class FileErrors {
  private FileErrors() {}

  /** What went wrong, as a sentence without an end. */
  public static String text(IOException failure) {
    if (!(failure instanceof FileSystemException known)) {
      String message = failure.getMessage();
      return message == null ? failure.toString() : message;
    }
    String file = known.getFile() == null ? "a file" : known.getFile();
    return switch (known) {
      case NoSuchFileException _ -> "there is no " + file;
      case NotDirectoryException _ -> file + " is not a directory";
      case AccessDeniedException _ -> "access to " + file + " is denied";
      case FileAlreadyExistsException _ -> file + " is there already";
      default -> file + (known.getReason() == null ? " is refused" : ": " + known.getReason());
    };
  }
}
