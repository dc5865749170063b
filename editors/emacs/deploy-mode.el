;;; deploy-mode.el --- Deployments: colours, indents, language server -*- lexical-binding: t -*-

;; Package-Requires: ((emacs "28.1"))
;; SPDX-License-Identifier: Apache-2.0

;;; Commentary:

;; A major mode for `.deploy' files.  Eglot (in Emacs 29, a package before) finds the language server by itself.
;; The word lists are written by the tests.

;;; Code:

(defgroup deploy nil
  "Deployments."
  :group 'languages)

(defcustom deploy-compiler "deployc"
  "The compiler, which is the language server as well."
  :type 'string)

(defconst deploy-mode--declarations
  '(
    ;; words: declarations around
    "use" "type" "let" "fn" "environment" "service" "database" "migration" "released" "metric" "slo" "gate"
    "strategy" "action" "workflow" "group" "flag" "policy" "test" "emergency" "pub" "formerly" "extends"
    ;; words end
    ))

(defconst deploy-mode--keywords
  '(
    ;; words: steps operators clauses languages
    "rollout" "migrate" "run" "check" "approval" "wait" "expose" "mirror" "notify" "together" "parallel" "series"
    "for" "when" "rollback" "finally" "let" "accept" "and" "or" "not" "is" "if" "then" "else" "advisory" "after"
    "against" "as" "ask" "at" "backfill" "batches" "because" "bind" "budget" "burns" "by" "calls" "case" "confidence"
    "continue" "contract" "crash" "deletes" "during" "except" "expand" "expect" "exposure" "extend" "failure" "fails"
    "freeze" "from" "given" "good" "hold" "idempotent" "in" "inconclusive" "index" "inserts" "instances" "keep"
    "keeping" "lag" "may" "metrics" "missing" "needs" "never" "of" "on" "once" "one" "over" "pause" "probeable"
    "protected" "provides" "ran" "reads" "refused" "release" "replicas" "requests" "require" "retry" "runbook" "set"
    "silencing" "silent" "simulate" "spend" "spent" "stage" "sticky" "stop" "surge" "times" "to" "unavailable"
    "under" "unready" "until" "updates" "upserts" "using" "warm" "where" "while" "with" "within" "promql" "sql"
    ;; words end
    ))

(defconst deploy-mode--constants
  '(
    ;; words: constants weekdays
    "true" "false" "mon" "tue" "wed" "thu" "fri" "sat" "sun"
    ;; words end
    ))

(defconst deploy-mode--font-lock
  `(("^\\s-*@[a-zA-Z_]\\w*" . font-lock-preprocessor-face)
    ("\\_<\\([a-zA-Z_]\\w*\\)\\_>\\s-*=[^=>]" 1 font-lock-variable-name-face)
    ("\\.\\([a-zA-Z_]\\w*\\)" 1 font-lock-variable-name-face)
    (,(concat "\\_<" (regexp-opt '("fn" "action" "workflow" "strategy" "gate" "policy") t) "\\_>\\s-+\\([a-z_]\\w*\\)")
     (1 font-lock-keyword-face) (2 font-lock-function-name-face))
    (,(concat "\\_<" (regexp-opt '("environment" "service" "database" "migration" "group") t) "\\_>\\s-+\\([a-z_]\\w*\\)")
     (1 font-lock-keyword-face) (2 font-lock-type-face))
    (,(regexp-opt '("one at a time" "after the fact" "at least" "at most" "at once" "warm up") 'symbols)
     . font-lock-keyword-face)
    (,(regexp-opt deploy-mode--declarations 'symbols) . font-lock-keyword-face)
    (,(regexp-opt deploy-mode--keywords 'symbols) . font-lock-keyword-face)
    (,(regexp-opt deploy-mode--constants 'symbols) . font-lock-constant-face)
    ("\\_<[A-Z]\\w*\\_>" . font-lock-type-face)
    ("\\_<[0-9][0-9_.:-]*\\(?:%\\|[a-zA-Z]+\\| +req/s\\| +[A-Z]\\{3\\}\\)?" . font-lock-constant-face)
    ("\\${\\([^}]*\\)}" 1 font-lock-variable-name-face prepend)))

(defvar deploy-mode-syntax-table
  (let ((table (make-syntax-table)))
    (modify-syntax-entry ?/ ". 12" table)
    (modify-syntax-entry ?\n ">" table)
    (modify-syntax-entry ?\" "\"" table)
    (modify-syntax-entry ?_ "w" table)
    (dolist (sign (string-to-list "+-*=<>|?@%.,:"))
      (modify-syntax-entry sign "." table))
    table))

(defcustom deploy-indent 2
  "Columns between brackets."
  :type 'integer
  :safe #'integerp)

(defun deploy-mode--column ()
  "The column of the line at point: by the brackets around it."
  (save-excursion
    (back-to-indentation)
    (let ((depth (car (syntax-ppss)))
          (closes (looking-at-p "[]})]")))
      (* deploy-indent (max 0 (if closes (1- depth) depth))))))

(defun deploy-indent-line ()
  "Indents the line at point."
  (let ((column (deploy-mode--column)))
    (if (<= (current-column) (current-indentation))
        (indent-line-to column)
      (save-excursion (indent-line-to column)))))

;;;###autoload
(define-derived-mode deploy-mode prog-mode "Deploy"
  "Major mode for deployments."
  (setq-local comment-start "// ")
  (setq-local comment-start-skip "//+\\s-*")
  (setq-local comment-end "")
  (setq-local indent-tabs-mode nil)
  (setq-local indent-line-function #'deploy-indent-line)
  (setq-local font-lock-defaults '(deploy-mode--font-lock))
  (setq-local imenu-generic-expression
              '((nil "^\\(?:pub \\)?[a-z]+ \\([a-zA-Z_]\\w*\\)" 1))))

;;;###autoload
(add-to-list 'auto-mode-alist '("\\.deploy\\'" . deploy-mode))

(defvar eglot-server-programs)
(with-eval-after-load 'eglot
  (add-to-list 'eglot-server-programs
               `(deploy-mode . ,(lambda (&rest _) (list deploy-compiler "lsp")))))

(provide 'deploy-mode)
;;; deploy-mode.el ends here
