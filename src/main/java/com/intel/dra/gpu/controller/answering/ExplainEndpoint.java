package com.intel.dra.gpu.controller.answering;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Has the explainer answer on the port of health and metrics. Nobody is known there, so that few
 * questions are taken at a time, and none that is large, or slow to come in or to be read.
 */
public final class ExplainEndpoint {

  static final int MAX_BODY_BYTES = 1024 * 1024;

  /** Questions that are taken at a time; the threads that answer probes are many more. */
  static final int MAX_QUESTIONS = 4;

  /** So long a request may take to come in, and so long its answer may take to be read. */
  private static final Duration MOST_TIME = Duration.ofSeconds(10);

  private static final int BAD = 400;
  private static final int NOT_FOUND = 404;
  private static final int TOO_LARGE = 413;
  private static final int BUSY = 503;
  private static final String FIT = "/explain/fit";
  private static final String QUESTION = "question";

  private final BooleanSupplier isOn;
  private final Supplier<Optional<Answers>> answers;
  private final Supplier<Duration> mostTime;
  private final AtomicInteger questions = new AtomicInteger();

  /**
   * @param answers empty while there are none yet
   */
  public ExplainEndpoint(BooleanSupplier isOn, Supplier<Optional<Answers>> answers) {
    this(isOn, answers, () -> MOST_TIME);
  }

  /** With another time for requests to come in, and for answers to be read. */
  ExplainEndpoint(
      BooleanSupplier isOn, Supplier<Optional<Answers>> answers, Supplier<Duration> mostTime) {
    this.isOn = isOn;
    this.answers = answers;
    this.mostTime = mostTime;
  }

  /** Adds its paths. Call this once. */
  public void add(Router router) {
    router
        .get("/explain/pods/:namespace/:name")
        .handler(this::take)
        .blockingHandler(
            context ->
                answer(
                    context,
                    known -> known.pod(context.pathParam("namespace"), context.pathParam("name"))),
            false)
        .failureHandler(ExplainEndpoint::refuse);
    router.route(HttpMethod.POST, FIT).handler(this::take).failureHandler(ExplainEndpoint::refuse);
    router
        .route(HttpMethod.POST, FIT)
        .handler(BodyHandler.create(false).setBodyLimit(MAX_BODY_BYTES))
        .blockingHandler(context -> answer(context, known -> fit(context, known)), false)
        .failureHandler(ExplainEndpoint::refuse);
  }

  private static Answer fit(RoutingContext context, Answers known) {
    return known.fit(
        parameter(context, "namespace", "default"),
        parameter(context, "replicas", ""),
        context.body().isEmpty() ? "" : context.body().asString(StandardCharsets.UTF_8.name()));
  }

  private static String parameter(RoutingContext context, String name, String otherwise) {
    return context.queryParams().contains(name) ? context.queryParams().get(name) : otherwise;
  }

  private static void refuse(RoutingContext context) {
    switch (context.statusCode()) {
      case TOO_LARGE ->
          send(
              context,
              Answers.refusal(
                  TOO_LARGE,
                  "the manifest is larger than %d bytes: ask about a part of it"
                      .formatted(MAX_BODY_BYTES)));
      case BAD ->
          send(
              context,
              Answers.refusal(BAD, "the address cannot be read: write each % in it as %25"));
      default -> {
        if (!context.response().closed()) {
          context.next();
        }
      }
    }
  }

  /** Before the body is read, so that few bodies are in memory. */
  private void take(RoutingContext context) {
    if (!isOn.getAsBoolean()) {
      send(
          context,
          Answers.refusal(NOT_FOUND, "the controller explains nothing: set GPU_EXPLAIN=true"));
      return;
    }
    if (questions.incrementAndGet() > MAX_QUESTIONS) {
      questions.decrementAndGet();
      send(
          context,
          Answers.refusal(BUSY, "the controller answers others: ask again in some seconds"));
      return;
    }
    var question = new Question(questions);
    context.put(QUESTION, question);
    context.addEndHandler(ended -> question.ended(ended.failed()));
    closeLater(context, question);
    // what it is called by does not matter, and the values of a form would be taken out of it
    context.request().headers().remove(HttpHeaders.CONTENT_TYPE);
    context.next();
  }

  /** Unless the question gets further before. */
  private void closeLater(RoutingContext context, Question question) {
    Vertx vertx = context.vertx();
    long timer =
        vertx.setTimer(mostTime.get().toMillis(), _ -> close(context.request().connection()));
    question.timed(() -> vertx.cancelTimer(timer));
  }

  /** The connection's own way would wait until the answer is read. */
  private static void close(HttpConnection connection) {
    if (connection instanceof ConnectionBase open) {
      var _ = open.channelHandlerContext().close();
    } else {
      connection.close();
    }
  }

  private void answer(RoutingContext context, Function<Answers, Answer> asking) {
    Question question = context.get(QUESTION);
    if (!question.begin()) {
      return;
    }
    try {
      Answer answer =
          answers
              .get()
              .map(asking)
              .orElseGet(
                  () ->
                      Answers.refusal(
                          BUSY, "the controller has not begun yet: ask again in some seconds"));
      closeLater(context, question);
      send(context, answer);
    } finally {
      question.done();
    }
  }

  private static void send(RoutingContext context, Answer answer) {
    Optional<Question> question = Optional.ofNullable(context.get(QUESTION));
    HttpServerResponse response = context.response();
    if (response.ended() || response.closed()) {
      question.ifPresent(Question::gone);
      return;
    }
    question.ifPresent(Question::sending);
    response
        .setStatusCode(answer.status())
        .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
        .end(answer.json())
        .onComplete(_ -> question.ifPresent(Question::gone));
  }

  /**
   * One of those that are taken at a time: until nobody works on it, and its answer is read or not
   * wanted any more. Before, both take memory.
   */
  private static final class Question {

    private final AtomicInteger questions;
    private Runnable cancelTimer = () -> {};
    private boolean isWorkedOn;
    private boolean isSending;
    private boolean isGone;

    Question(AtomicInteger questions) {
      this.questions = questions;
    }

    /** Returns whether somebody waits for the answer. */
    synchronized boolean begin() {
      cancelTimer.run();
      isWorkedOn = !isGone;
      return !isGone;
    }

    /** A timer holds the question with its body in memory, so it ends with it. */
    synchronized void timed(Runnable cancel) {
      if (isGone) {
        cancel.run();
      } else {
        cancelTimer = cancel;
      }
    }

    /** From now on {@link #gone} says when the answer is read. */
    synchronized void sending() {
      isSending = true;
    }

    /** Vert.x says so before the answer is read, and when the connection has ended. */
    synchronized void ended(boolean failed) {
      if (failed || !isSending) {
        gone();
      }
    }

    synchronized void done() {
      if (isWorkedOn && isGone) {
        questions.decrementAndGet();
      }
      isWorkedOn = false;
    }

    synchronized void gone() {
      if (!isGone && !isWorkedOn) {
        questions.decrementAndGet();
      }
      isGone = true;
      cancelTimer.run();
    }
  }
}
