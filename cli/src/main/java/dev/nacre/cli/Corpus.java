package dev.nacre.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The Cranfield collection as it ships with the command: abstracts on aerodynamics, questions, and
 * which abstracts people judged to answer which question. Two abstracts are empty and left out.
 *
 * @param documents the abstracts
 * @param questions the questions
 * @param relevant ids of the documents that answer a question, by its id
 */
record Corpus(
    List<SourceDocument> documents, List<Question> questions, Map<String, Set<String>> relevant) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Copies the collections. */
  Corpus {
    documents = List.copyOf(documents);
    questions = List.copyOf(questions);
    relevant = Map.copyOf(relevant);
  }

  /**
   * A question.
   *
   * @param id its id
   * @param text its words
   */
  record Question(String id, String text) {}

  /** The first {@code documentsMax} documents, and every question that one of them answers. */
  static Corpus load(int documentsMax) {
    List<SourceDocument> documents = new ArrayList<>();
    Set<String> ids = new HashSet<>();
    for (String line : lines("corpus.jsonl")) {
      JsonNode json = parsed(line);
      String text = json.path("text").asText();
      if (!text.isBlank() && documents.size() < documentsMax) {
        JsonNode metadata = json.path("metadata");
        SourceDocument document =
            new SourceDocument(
                json.path("id").asText(),
                json.path("title").asText(),
                text,
                metadata.path("author").asText(),
                metadata.path("source").asText());
        documents.add(document);
        ids.add(document.id());
      }
    }
    Map<String, Set<String>> relevant = new HashMap<>();
    for (String line : lines("qrels.tsv")) {
      String[] fields = line.split("\t", -1);
      if (Integer.parseInt(fields[2]) >= 1 && ids.contains(fields[1])) {
        relevant.computeIfAbsent(fields[0], _ -> new HashSet<>()).add(fields[1]);
      }
    }
    List<Question> questions = new ArrayList<>();
    for (String line : lines("queries.jsonl")) {
      JsonNode json = parsed(line);
      Question question = new Question(json.path("id").asText(), json.path("text").asText());
      if (relevant.containsKey(question.id())) {
        questions.add(question);
      }
    }
    return new Corpus(documents, questions, relevant);
  }

  private static JsonNode parsed(String line) {
    try {
      return JSON.readTree(line);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException("the corpus in the command's jar is damaged", e);
    }
  }

  private static List<String> lines(String name) {
    try (InputStream stream = Corpus.class.getResourceAsStream("cranfield/" + name)) {
      if (stream == null) {
        throw new FileNotFoundException("cranfield/" + name + " is missing in the command's jar");
      }
      BufferedReader reader =
          new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8));
      return reader.lines().filter(line -> !line.isBlank()).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
