package dev.nacre.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReader;
import java.lang.module.ModuleReference;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The public API of a module as text: every public type of the packages it exports to everybody,
 * with its public and protected members, one a line, sorted. Committed beside the module, so that a
 * reviewer sees each change of the API as a line.
 */
public final class ApiDump {
  private ApiDump() {}

  /** The API of the module that {@code type} is in, found on the class path or module path. */
  public static String of(Class<?> type) {
    ModuleReference module = module(type);
    Set<String> exported =
        module.descriptor().exports().stream()
            .filter(exports -> !exports.isQualified())
            .map(ModuleDescriptor.Exports::source)
            .collect(Collectors.toCollection(TreeSet::new));
    StringBuilder text = new StringBuilder("module " + module.descriptor().name() + "\n");
    for (Class<?> exportedType : types(module, exported, type.getClassLoader())) {
      text.append('\n').append(header(exportedType)).append('\n');
      members(exportedType).forEach(member -> text.append("  ").append(member).append('\n'));
    }
    return text.toString();
  }

  private static ModuleReference module(Class<?> type) {
    try {
      Path place = Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
      return ModuleFinder.of(place).findAll().iterator().next();
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(type + " is in no file", e);
    }
  }

  private static List<Class<?>> types(
      ModuleReference module, Set<String> packages, ClassLoader loader) {
    try (ModuleReader reader = module.open();
        Stream<String> names = reader.list()) {
      List<Class<?>> types = new ArrayList<>();
      for (String name : names.sorted().toList()) {
        if (!name.endsWith(".class") || name.endsWith("-info.class")) {
          continue;
        }
        String className = name.substring(0, name.length() - ".class".length()).replace('/', '.');
        if (packages.contains(className.substring(0, Math.max(0, className.lastIndexOf('.'))))) {
          Class<?> type = Class.forName(className, false, loader);
          if (isPublic(type)) {
            types.add(type);
          }
        }
      }
      return types;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean isPublic(Class<?> type) {
    for (Class<?> at = type; at != null; at = at.getEnclosingClass()) {
      if (!visible(at.getModifiers()) || at.isAnonymousClass() || at.isLocalClass()) {
        return false;
      }
    }
    return true;
  }

  private static String header(Class<?> type) {
    List<String> words = new ArrayList<>();
    if (type.isSealed()) {
      words.add("sealed");
    }
    if (Modifier.isAbstract(type.getModifiers()) && !type.isInterface() && !type.isEnum()) {
      words.add("abstract");
    }
    if (Modifier.isFinal(type.getModifiers()) && !type.isRecord() && !type.isEnum()) {
      words.add("final");
    }
    words.add(kind(type));
    words.add(type.getName().replace('$', '.') + variables(type.getTypeParameters()));
    if (type.isRecord()) {
      words.set(
          words.size() - 1,
          words.getLast()
              + Arrays.stream(type.getRecordComponents())
                  .map(ApiDump::component)
                  .collect(Collectors.joining(", ", "(", ")")));
    }
    Type parent = type.getGenericSuperclass();
    if (parent != null && !Set.of(Object.class, Record.class).contains(parent) && !type.isEnum()) {
      words.add("extends " + name(parent));
    }
    if (type.getGenericInterfaces().length > 0) {
      words.add(
          (type.isInterface() ? "extends " : "implements ") + names(type.getGenericInterfaces()));
    }
    return String.join(" ", words);
  }

  private static String kind(Class<?> type) {
    if (type.isAnnotation()) {
      return "@interface";
    }
    if (type.isInterface()) {
      return "interface";
    }
    if (type.isEnum()) {
      return "enum";
    }
    return type.isRecord() ? "record" : "class";
  }

  private static Set<String> members(Class<?> type) {
    Set<String> members = new TreeSet<>();
    for (Field field : type.getDeclaredFields()) {
      if (visible(field.getModifiers()) && !field.isSynthetic()) {
        members.add(
            field.isEnumConstant()
                ? "enum " + field.getName()
                : modifiers(field.getModifiers())
                    + name(field.getGenericType())
                    + " "
                    + field.getName());
      }
    }
    for (Constructor<?> constructor : type.getDeclaredConstructors()) {
      if (visible(constructor.getModifiers()) && !constructor.isSynthetic() && !type.isRecord()) {
        members.add(modifiers(constructor.getModifiers()) + "new" + parameters(constructor));
      }
    }
    for (Method method : type.getDeclaredMethods()) {
      if (visible(method.getModifiers()) && !method.isSynthetic() && !isImplied(type, method)) {
        members.add(
            modifiers(method.getModifiers())
                + (method.isDefault() ? "default " : "")
                + variables(method.getTypeParameters())
                + name(method.getGenericReturnType())
                + " "
                + method.getName()
                + parameters(method));
      }
    }
    return members;
  }

  /**
   * What the kind of type says already: accessors of a record, values of an enum, overrides of
   * Object.
   */
  private static boolean isImplied(Class<?> type, Method method) {
    boolean ofObject =
        Set.of("equals", "hashCode", "toString").contains(method.getName())
            && method.getDeclaringClass() == type;
    boolean ofEnum = type.isEnum() && Set.of("values", "valueOf").contains(method.getName());
    boolean accessor =
        type.isRecord()
            && Arrays.stream(type.getRecordComponents())
                .anyMatch(component -> component.getAccessor().equals(method));
    return ofObject || ofEnum || accessor;
  }

  private static boolean visible(int modifiers) {
    return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
  }

  private static String modifiers(int modifiers) {
    return (Modifier.isProtected(modifiers) ? "protected " : "")
        + (Modifier.isStatic(modifiers) ? "static " : "");
  }

  private static String variables(TypeVariable<?>[] variables) {
    return variables.length == 0
        ? ""
        : Arrays.stream(variables)
            .map(Type::getTypeName)
            .collect(Collectors.joining(", ", "<", "> "))
            .strip();
  }

  private static String parameters(Executable executable) {
    Parameter[] parameters = executable.getParameters();
    return Arrays.stream(parameters)
        .map(
            parameter ->
                parameter.isVarArgs()
                    ? name(parameter.getParameterizedType()).replaceFirst("\\[]$", "...")
                    : name(parameter.getParameterizedType()))
        .collect(Collectors.joining(", ", "(", ")"));
  }

  private static String component(RecordComponent component) {
    return name(component.getGenericType()) + " " + component.getName();
  }

  private static String names(Type[] types) {
    return Arrays.stream(types).map(ApiDump::name).collect(Collectors.joining(", "));
  }

  /** Types by their simple names where they are the JDK's or ours: the dump is read by people. */
  private static String name(Type type) {
    return type.getTypeName().replaceAll("(?:[a-z][a-z0-9_]*\\.)+(?=[A-Z])", "").replace('$', '.');
  }
}
